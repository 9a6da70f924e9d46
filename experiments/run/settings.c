#include "experiments/run/settings_internal.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define PHASES     "workload.phases."
#define NAME_BYTES 96

static void phase_init(struct phase_params *phase, const char *name)
{
    size_t count;
    struct error err;
    const struct option_row *options = options_of_phase(&count);
    memset(phase, 0, sizeof *phase);
    snprintf(phase->name, sizeof phase->name, "%s", name);
    for (size_t i = 0; i < count; i++) {
        int code = option_parse(&options[i], options[i].fallback, phase, &err);
        assert(code == 0);
        (void)code;
    }
}

void settings_init(struct settings *s)
{
    size_t count;
    struct error err;
    const struct option_row *all = options_all(&count);
    memset(s, 0, sizeof *s);
    for (size_t i = 0; i < count; i++) {
        int code = option_parse(&all[i], all[i].fallback, s, &err);
        assert(code == 0); /* a default outside its own range is a bug in the table */
        (void)code;
    }
    s->parameters.workload.phases = 1;
    phase_init(&s->parameters.workload.phase[0], "steady");
}

int settings_add_phase(struct settings *s, const char *name, struct error *err)
{
    struct workload_params *w = &s->parameters.workload;
    if (*name == '\0' || strlen(name) >= sizeof w->phase[0].name || strchr(name, '.'))
        return error_set(err, ERR_INVALID,
                         "'%.60s' cannot name a phase: 1 to 31 characters, no dot", name);
    for (int i = 0; i < w->phases; i++)
        if (strcmp(w->phase[i].name, name) == 0)
            return error_set(err, ERR_INVALID, "two phases are named '%s'", name);
    if (w->phases == PHASES_MAX)
        return error_set(err, ERR_INVALID, "more than %d phases", PHASES_MAX);
    phase_init(&w->phase[w->phases++], name);
    return 0;
}

/* "workload.phases.NAME.OPTION" */
static int find_in_phase(const struct settings *s, const char *name, struct setting *out,
                         struct error *err)
{
    const struct workload_params *w = &s->parameters.workload;
    const char *word = name + strlen(PHASES);
    size_t length = strcspn(word, "."), count;
    struct nearest n;
    char phase[64];
    snprintf(phase, sizeof phase, "%.*s", (int)length, word);
    nearest_init(&n, phase);
    for (int i = 0; i < w->phases; i++) {
        nearest_offer(&n, w->phase[i].name);
        if (strcmp(w->phase[i].name, phase) != 0)
            continue;
        const struct option_row *options = options_of_phase(&count);
        out->option = option_find(options, count, word[length] ? word + length + 1 : "");
        out->base = offsetof(struct settings, parameters.workload.phase) +
                    (size_t)i * sizeof w->phase[0];
        if (out->option)
            return 0;
        return error_set(err, ERR_INVALID,
                         "unknown option '%.80s': a phase has duration, rate, "
                         "ramp-to, on, off and measure",
                         name);
    }
    return error_set(err, ERR_INVALID,
                     *n.best ? "no phase is named '%s' (did you mean '%s'?)"
                             : "no phase is named '%s'",
                     phase, n.best);
}

int settings_find(const struct settings *s, const char *name, struct setting *out,
                  struct error *err)
{
    size_t count;
    const struct option_row *all = options_all(&count);
    if (strncmp(name, PHASES, strlen(PHASES)) == 0)
        return find_in_phase(s, name, out, err);
    const struct option_row *option = option_find(all, count, name);
    if (option) {
        *out = (struct setting){ option, 0 };
        return 0;
    }
    struct nearest n;
    nearest_init(&n, name);
    for (size_t i = 0; i < count; i++)
        nearest_offer(&n, all[i].name);
    if (*n.best)
        return error_set(err, ERR_INVALID, "unknown option '%.80s' (did you mean '%s'?)", name,
                         n.best);
    return error_set(err, ERR_INVALID, "unknown option '%.80s' (see pushsim options)", name);
}

/* The limit is given in one of two ways; the one given last counts. */
static void replaced(struct settings *s, const struct option_row *option)
{
    if (option->offset == offsetof(struct settings, cpu_limit_millicores))
        s->parameters.cpu.quota_ns = 0;
    else if (option->offset == offsetof(struct settings, parameters.cpu.quota_ns))
        s->cpu_limit_millicores = 0;
}

int settings_parse(struct settings *s, const struct setting *which, const char *text,
                   struct error *err)
{
    int code = option_parse(which->option, text, (char *)s + which->base, err);
    if (code == 0 && which->base == 0)
        replaced(s, which->option);
    return code;
}

int settings_assign(struct settings *s, const struct setting *which, double number,
                    struct error *err)
{
    int code = option_assign(which->option, number, (char *)s + which->base, err);
    if (code == 0 && which->base == 0)
        replaced(s, which->option);
    return code;
}

double settings_number(const struct settings *s, const struct setting *which)
{
    return option_number(which->option, (const char *)s + which->base);
}

static int check_cpu(const struct cpu_group_params *cpu, const char **about, struct error *err)
{
    char text[UNIT_TEXT_BYTES];
    if (cpu->quota_ns > 0 && cpu->quota_ns < 1000000)
        return settings_conflict(
            about, "cpu.limit",
            error_set(err, ERR_INVALID,
                      "the quota (cpu.limit x cpu.period) is %s; the kernel takes 1ms or more",
                      unit_format_short(text, UNIT_TIME, (double)cpu->quota_ns)));
    if (cpu->burst_ns > cpu->quota_ns)
        return settings_conflict(
            about, "cpu.burst",
            error_set(err, ERR_INVALID, "cpu.burst exceeds the quota of %s",
                      unit_format(text, UNIT_TIME, (double)cpu->quota_ns)));
    return 0;
}

static bool is_of_fleet(const char *name)
{
    static const char *const sections[] = { "fleet.", "probe.", "neighbour.", "autoscaler." };
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        if (strncmp(name, sections[i], strlen(sections[i])) == 0)
            return true;
    return false;
}

static bool has_target(const struct autoscaler_params *p)
{
    for (int m = 0; m < AUTOSCALE_METRICS; m++)
        if (p->target[m] > 0)
            return true;
    return false;
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

/* What is given for a fleet where there is none would change nothing. */
static int check_fleet(const struct settings *s, const char **about, struct error *err)
{
    size_t count;
    const struct option_row *all = options_all(&count);
    struct settings defaults;
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
    int code = check_capacity(&s->parameters, about, err);
    if (code)
        return code;
    for (size_t i = 0; i < count && s->parameters.fleet.pods == 0; i++) {
        if (!is_of_fleet(all[i].name) || option_parse(&all[i], all[i].fallback, &defaults, err))
            continue;
        if (option_number(&all[i], s) != option_number(&all[i], &defaults))
            return settings_conflict(
                about, all[i].name,
                error_set(err, ERR_INVALID, "%s needs a fleet (fleet.pods)", all[i].name));
    }
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
    if (s->cpu_limit_millicores > 0)
        p->cpu.quota_ns = (int64_t)(s->cpu_limit_millicores * (double)p->cpu.period_ns / 1000);
    int code = check_cpu(&p->cpu, about, err);
    if (code == 0 && p->server.write_low_bytes > p->server.write_high_bytes)
        code = settings_conflict(
            about, "server.write-low",
            error_set(err, ERR_INVALID, "server.write-low exceeds server.write-high"));
    code = code ? code : check_topics(p, about, err);
    code = code ? code : settings_check_control(p, about, err);
    return code ? code : check_fleet(s, about, err);
}

/* One option of *base, which is the settings or, if `phase` is not NULL, that phase. */
typedef void option_fn(void *context, const struct option_row *option, const void *base,
                       const struct phase_params *phase);

static void walk(const struct settings *s, option_fn *visit, void *context)
{
    size_t count, phase_count;
    const struct option_row *all = options_all(&count);
    const struct option_row *of_phase = options_of_phase(&phase_count);
    for (size_t i = 0; i < count; i++)
        visit(context, &all[i], s, NULL);
    for (int k = 0; k < s->parameters.workload.phases; k++) {
        const struct phase_params *phase = &s->parameters.workload.phase[k];
        for (size_t i = 0; i < phase_count; i++)
            visit(context, &of_phase[i], phase, phase);
    }
}

/* The option's name as an experiment file writes it; in `buffer` if it is a phase's. */
static const char *full_name(char buffer[NAME_BYTES], const struct option_row *option,
                             const struct phase_params *phase)
{
    if (!phase)
        return option->name;
    snprintf(buffer, NAME_BYTES, PHASES "%s.%s", phase->name, option->name);
    return buffer;
}

struct telling {
    settings_fn *each;
    void *context;
};

static void tell_option(void *context, const struct option_row *option, const void *base,
                        const struct phase_params *phase)
{
    const struct telling *t = context;
    char text[UNIT_TEXT_BYTES], name[NAME_BYTES];
    t->each(t->context, full_name(name, option, phase), option_format(option, base, text),
            option_number(option, base), option);
}

void settings_each(const struct settings *s, settings_fn *each, void *context)
{
    walk(s, tell_option, &(struct telling){ each, context });
}

struct hashing {
    uint64_t hash;
    bool model;               /* the model's options too */
    struct settings defaults; /* an option at its default adds nothing: so a new option leaves
                                 the hashes of old rows alone */
};

static void hash_text(uint64_t *hash, const char *text)
{
    do /* the terminator too, so that "ab" "c" differs from "a" "bc" */
        *hash = (*hash ^ (unsigned char)*text) * 0x100000001b3u;
    while (*text++);
}

/* Hashes one option of *base unless it goes without saying: only then is its text worth writing. Of a
 * phase only what is "none" does: old hashes have its length, rate and measure. */
static void hash_option(void *context, const struct option_row *option, const void *base,
                        const struct phase_params *phase)
{
    struct hashing *h = context;
    char text[UNIT_TEXT_BYTES], name[NAME_BYTES];
    double number = option_number(option, base);
    bool threshold = strncmp(option->name, "slo.", 4) == 0; /* a measured server knows none */
    if (option->flags & OPTION_FIXED ||
        ((option->flags & OPTION_MODEL || threshold) && !h->model))
        return;
    if (phase ? option->flags & OPTION_NONE && number == 0
              : number == option_number(option, &h->defaults))
        return;
    hash_text(&h->hash, full_name(name, option, phase));
    hash_text(&h->hash, option_format(option, base, text));
}

uint64_t settings_hash(const struct settings *s, bool model)
{
    struct hashing h = { .hash = 0xcbf29ce484222325u, .model = model };
    settings_init(&h.defaults);
    walk(s, hash_option, &h);
    return h.hash;
}
