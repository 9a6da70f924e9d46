/* settings_check.c - do the options agree? What follows from several of them, and what of them
 * would change nothing. */
#include "experiments/run/option_preset.h"
#include "experiments/run/settings_internal.h"

#include <string.h>

/* The two make it together: which of them is wrong only the asker knows. */
static int small_quota(const struct settings *s, const char **about, struct error *err)
{
    const struct cpu_group_params *cpu = &s->parameters.cpu;
    char quota[UNIT_TEXT_BYTES], limit[UNIT_TEXT_BYTES], period[UNIT_TEXT_BYTES];
    return settings_conflict(
        about, "cpu.limit",
        error_set(
            err, ERR_INVALID,
            "the quota (cpu.limit %s x cpu.period %s) is %s; the kernel takes 1ms or more",
            unit_format(limit, UNIT_CPU, s->cpu_limit_millicores),
            unit_format(period, UNIT_TIME, (double)cpu->period_ns),
            unit_format_short(quota, UNIT_TIME, (double)cpu->quota_ns)));
}

static int check_cpu(const struct settings *s, const char **about, struct error *err)
{
    const struct cpu_group_params *cpu = &s->parameters.cpu;
    char text[UNIT_TEXT_BYTES];
    if (cpu->quota_ns > 0 && cpu->quota_ns < 1000000)
        return small_quota(s, about, err);
    if (cpu->burst_ns > 0 && cpu->quota_ns == 0)
        return settings_conflict(
            about, "cpu.burst",
            error_set(err, ERR_INVALID, "cpu.burst needs a limit (cpu.limit or cpu.quota)"));
    if (cpu->burst_ns > cpu->quota_ns)
        return settings_conflict(
            about, "cpu.burst",
            error_set(err, ERR_INVALID, "cpu.burst exceeds the quota of %s",
                      unit_format(text, UNIT_TIME, (double)cpu->quota_ns)));
    return 0;
}

/* How many classes there are has been said, in some points of a sweep fewer than are described. */
static bool classes_given(const struct settings *s)
{
    size_t count;
    const struct option_row *all = options_all(&count);
    return settings_given(s, option_find(all, count, "clients.classes"));
}

/* What the options of a section change nothing without, where there are so many pods and classes. */
static const char *idle_without(const char *name, int64_t pods, int64_t classes)
{
    static const struct {
        const char *section, *needs;
        int64_t classes; /* of clients; 0: a fleet */
    } sections[] = {
        { "fleet.", "a fleet (fleet.pods)", 0 },
        { "probe.", "a fleet (fleet.pods)", 0 },
        { "neighbour.", "a fleet (fleet.pods)", 0 },
        { "autoscaler.", "a fleet (fleet.pods)", 0 },
        { "clients.slow.", "a second class of clients (clients.classes: 2)", 2 },
        { "clients.third.", "a third class of clients (clients.classes: 3)", 3 },
        { "clients.fourth.", "a fourth class of clients (clients.classes: 4)", 4 },
    };
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
        bool there = sections[i].classes > 0 ? classes >= sections[i].classes : pods > 0;
        if (!there && *name == *sections[i].section && /* spares most calls */
            strncmp(name, sections[i].section, strlen(sections[i].section)) == 0)
            return sections[i].needs;
    }
    return NULL;
}

/* What is given for a part that is not there would change nothing. */
static int check_idle(const struct settings *s, const char **about, struct error *err)
{
    size_t count;
    const struct option_row *all = options_all(&count);
    struct settings defaults;
    int64_t pods = s->parameters.fleet.pods,
            classes = classes_given(s) ? CLIENT_CLASSES_MAX : s->parameters.class_count;
    for (size_t i = 0; i < count; i++) {
        const char *needs = idle_without(all[i].name, pods, classes);
        if (!needs || option_parse(&all[i], all[i].fallback, &defaults, err))
            continue;
        if (option_number(&all[i], s) != option_number(&all[i], &defaults))
            return settings_conflict(
                about, all[i].name,
                error_set(err, ERR_INVALID, "%s needs %s", all[i].name, needs));
    }
    return 0;
}

static bool has_target(const struct autoscaler_params *p)
{
    for (int m = 0; m < AUTOSCALE_METRICS; m++)
        if (p->target[m] > 0)
            return true;
    return false;
}

/* A direction without a policy never goes; Kubernetes asks for select: disabled then. */
static int check_rules(const struct autoscaler_rules *r, const char *pods, const char **about,
                       struct error *err)
{
    if (r->pods > 0 || r->percent > 0 || r->select == SELECT_DISABLED)
        return 0;
    return settings_conflict(
        about, pods,
        error_set(err, ERR_INVALID,
                  "%s and percent are both 0: to switch it off set select: "
                  "disabled",
                  pods));
}

/* The clients that are there from the start sit in the first pods. */
static int check_capacity(const struct parameters *p, const char **about, struct error *err)
{
    long long pods = p->fleet.pods, clients = p->clients, capacity = p->fleet.capacity;
    if (pods == 0 || capacity == 0 || capacity * pods >= clients)
        return 0;
    return settings_conflict(
        about, "fleet.capacity",
        error_set(err, ERR_INVALID,
                  "fleet.capacity is %lld; %lld clients on %lld pod%s need %lld at least",
                  capacity, clients, pods, pods == 1 ? "" : "s", (clients + pods - 1) / pods));
}

static int check_fleet(const struct settings *s, const char **about, struct error *err)
{
    if (s->parameters.fleet.autoscaler.min > s->parameters.fleet.autoscaler.max)
        return settings_conflict(
            about, "autoscaler.min",
            error_set(err, ERR_INVALID, "autoscaler.min exceeds autoscaler.max"));
    if (s->parameters.fleet.rollout.surge == 0 && s->parameters.fleet.rollout.unavailable == 0)
        return settings_conflict(
            about, "fleet.unavailable",
            error_set(err, ERR_INVALID,
                      "fleet.unavailable may not be 0 when fleet.surge is 0"));
    if (s->parameters.fleet.autoscale && !has_target(&s->parameters.fleet.autoscaler))
        return settings_conflict(
            about, "autoscaler.on",
            error_set(err, ERR_INVALID,
                      "autoscaler.on needs a target (autoscaler.cpu, p99, queue or "
                      "connections)"));
    int code =
        check_rules(&s->parameters.fleet.autoscaler.up, "autoscaler.up.pods", about, err);
    code = code ? code
                : check_rules(&s->parameters.fleet.autoscaler.down, "autoscaler.down.pods",
                              about, err);
    return code ? code : check_capacity(&s->parameters, about, err);
}

static int check_clients(const struct parameters *p, const char **about, struct error *err)
{
    double shares = 0;
    char text[UNIT_TEXT_BYTES];
    for (int c = 0; c < p->class_count; c++)
        shares += p->classes[c].share;
    if (p->class_count > 0 && shares == 0)
        return settings_conflict(
            about, "clients.share",
            error_set(err, ERR_INVALID, "no class of clients has a share above 0"));
    if (p->reconnect.kind == RECONNECT_STEPS)
        return settings_conflict(
            about, "clients.reconnect.policy",
            error_set(err, ERR_INVALID,
                      "steps are those of a preset (clients.preset: phoenix, signalr)"));
    if (p->reconnect.floor_ns > p->reconnect.cap_ns)
        return settings_conflict(
            about, "clients.reconnect.floor",
            error_set(err, ERR_INVALID,
                      "clients.reconnect.floor exceeds clients.reconnect.cap, %s",
                      unit_format_short(text, UNIT_TIME, (double)p->reconnect.cap_ns)));
    return 0;
}

/* Options whose range begins with 0, for none, and goes on further up. */
static int check_gaps(const struct parameters *p, const char **about, struct error *err)
{
    const struct {
        const char *name;
        double value, least;
        enum unit unit;
    } gaps[] = { { "memory.deflate-window", (double)p->memory.deflate_window, 8, UNIT_COUNT },
                 { "neighbour.weight", (double)p->fleet.neighbour_weight, 2, UNIT_COUNT },
                 { "heartbeat.period", (double)p->heartbeat.period_ns, 1e6, UNIT_TIME },
                 { "cost.gc.period", p->cost.gc_period_ns, 1e6, UNIT_TIME } };
    char least[UNIT_TEXT_BYTES];
    for (size_t i = 0; i < sizeof gaps / sizeof *gaps; i++)
        if (gaps[i].value > 0 && gaps[i].value < gaps[i].least)
            return settings_conflict(
                about, gaps[i].name,
                error_set(err, ERR_INVALID, "%s must be 0, for none, or at least %s",
                          gaps[i].name, unit_format_short(least, gaps[i].unit, gaps[i].least)));
    return 0;
}

/* Publishes that the phases hold. */
static double publishes(const struct workload_params *w)
{
    double n = 0;
    for (int i = 0; i < w->phases; i++) {
        const struct phase_params *p = &w->phase[i];
        double rate = p->rate_to_hz > p->rate_hz ? p->rate_to_hz : p->rate_hz;
        n += rate * (double)p->duration_ns / 1e9;
    }
    return n;
}

static int check_bursts(const struct parameters *p, const char **about, struct error *err)
{
    for (int i = 0; i < p->workload.phases; i++) {
        const struct phase_params *phase = &p->workload.phase[i];
        if ((phase->on_ns > 0) != (phase->off_ns > 0))
            return settings_conflict(about, "workload.phases",
                                     error_set(err, ERR_INVALID,
                                               "phase %s: on and off make bursts together, one "
                                               "alone changes nothing",
                                               phase->name));
    }
    return 0;
}

#define ACTIONS_MAX 1e8 /* of one run: the schedule holds each, at 40 bytes */

/* The schedule is made before the run: what cannot be held is said, not tried. */
static int check_schedule(const struct parameters *p, const char **about, struct error *err)
{
    double all = publishes(&p->workload), duration_s = 0;
    if (all > ACTIONS_MAX)
        return settings_conflict(
            about, "workload.phases",
            error_set(err, ERR_INVALID, "the phases hold %.3g publishes; a run can have %.0e",
                      all, ACTIONS_MAX));
    for (int i = 0; i < p->workload.phases; i++)
        duration_s += (double)p->workload.phase[i].duration_ns / 1e9;
    double messages = p->duplex.rate_hz * (double)p->clients * duration_s;
    if (all + messages > ACTIONS_MAX)
        return settings_conflict(
            about, "duplex.rate",
            error_set(err, ERR_INVALID,
                      "the clients send %.3g messages; a run can have %.0e, with the publishes",
                      messages, ACTIONS_MAX));
    return 0;
}

static int check_topics(const struct parameters *p, const char **about, struct error *err)
{
    const struct topic_params *t = &p->workload.topics;
    if (t->count <= 1)
        return 0;
    if (t->each > t->count)
        return settings_conflict(
            about, "workload.topics.each",
            error_set(err, ERR_INVALID,
                      "workload.topics.each is %lld; there are only %lld topics",
                      (long long)t->each, (long long)t->count));
    if (p->server.fan_out != FAN_OUT_QUEUES)
        return settings_conflict(about, "workload.topics.count",
                                 error_set(err, ERR_INVALID,
                                           "topics need a queue for each subscriber "
                                           "(server.fan-out: queues)"));
    if (p->heartbeat.only_idle)
        return settings_conflict(
            about, "workload.topics.count",
            error_set(err, ERR_INVALID, "topics do not go with heartbeat.only-idle"));
    int code = settings_check_feeds(p, publishes(&p->workload), (double)p->clients, err);
    return code ? settings_conflict(about, "workload.topics.each", code) : 0;
}

#define MESSAGES_MAX 0x1p27 /* numbers of messages in all feeds (models/topics.h) */

int settings_check_feeds(const struct parameters *p, double publishes, double clients,
                         struct error *err)
{
    const struct topic_params *t = &p->workload.topics;
    if (t->each <= 1 || t->each >= t->count || publishes * clients <= MESSAGES_MAX)
        return 0;
    return error_set(err, ERR_INVALID,
                     "clients with several topics each: at most %.0f publishes x clients; "
                     "here are %.0f x %.0f",
                     MESSAGES_MAX, publishes, clients);
}

int settings_resolve(struct settings *s, const char **about, struct error *err)
{
    struct parameters *p = &s->parameters;
    int code = option_presets_apply(s, err);
    if (code)
        return code;
    if (s->cpu_limit_millicores > 0)
        p->cpu.quota_ns = (int64_t)(s->cpu_limit_millicores * (double)p->cpu.period_ns / 1000);
    code = check_cpu(s, about, err);
    if (code == 0 && p->server.write_low_bytes > p->server.write_high_bytes)
        code = settings_conflict(
            about, "server.write-low",
            error_set(err, ERR_INVALID, "server.write-low exceeds server.write-high"));
    code = code ? code : check_clients(p, about, err);
    code = code ? code : check_gaps(p, about, err);
    code = code ? code : check_bursts(p, about, err);
    code = code ? code : check_schedule(p, about, err);
    code = code ? code : check_topics(p, about, err);
    code = code ? code : settings_check_control(p, about, err);
    code = code ? code : check_fleet(s, about, err);
    return code ? code : check_idle(s, about, err);
}
