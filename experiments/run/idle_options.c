#include "experiments/run/idle_options.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define STALLS(class)                                                                          \
    {                                                                                          \
        .option = class ".stall-for", .needs = { class ".stalls", class ".stall-at" },         \
        .phases = true                                                                         \
    }
#define NEEDS(idle, needed)                                                                    \
    {                                                                                          \
        .option = idle, .needs = { needed }                                                    \
    }
#define NEEDS_VALUE(idle, it, is)                                                              \
    {                                                                                          \
        .option = idle, .needs = { it }, .value = is                                           \
    }
/* What the queue's bound and keys need may come with an action of the slo's control, too. */
#define NEEDS_POLICY(idle, is, but)                                                            \
    {                                                                                          \
        .option = idle, .needs = { "server.queue.policy", "slo.control.policy" }, .value = is, \
        .other = but                                                                           \
    }

#define NEEDS_STOPS(idle)                                                                      \
    {                                                                                          \
        .option = idle, .needs = { "fault.deploy-at", "autoscaler.on" }                        \
    }

/* clang-format off */
static const struct idle_rule rules[] = {
    NEEDS_POLICY("server.queue.bound", "none", true),
    NEEDS_POLICY("server.queue.keys", "conflate", false),
    NEEDS("server.deflate-ratio", "memory.deflate-window"),
    { .option = "cpu.period", .needs = { "cpu.limit", "cpu.quota" } },
    STALLS("clients"),
    STALLS("clients.slow"),
    STALLS("clients.third"),
    STALLS("clients.fourth"),
    { .option = "clients.reconnect.", .needs = { "clients.preset" }, .value = "custom",
      .classes = true },
    NEEDS("accept.ramp.", "accept.ramp.steps"),
    NEEDS("auth.", "auth.workers"),
    NEEDS("replay.batch", "replay.length"),
    NEEDS("replay.stored", "replay.length"),
    NEEDS("replay.whole", "replay.length"),
    NEEDS("heartbeat.", "heartbeat.period"),
    NEEDS_VALUE("heartbeat.timeout", "protocol", "websocket"),
    NEEDS("fault.busy-for", "fault.busy-at"),
    NEEDS("fault.busy-at", "fault.busy-for"),
    NEEDS("fault.blip-for", "fault.blip-at"),
    NEEDS("fault.blip-share", "fault.blip-at"),
    NEEDS("workload.topics.", "workload.topics.count"),
    { .option = "duplex.", .needs = { "duplex.rate" }, .phases = true },
    NEEDS_VALUE("slo.control.rise", "slo.control.trigger", "amplification"),
    NEEDS_VALUE("slo.control.amplification", "slo.control.trigger", "amplification"),
    NEEDS("fleet.surge", "fault.deploy-at"),
    NEEDS("fleet.unavailable", "fault.deploy-at"),
    NEEDS("fleet.min-ready", "fault.deploy-at"),
    NEEDS_STOPS("fleet.pre-stop"),
    NEEDS_STOPS("fleet.grace"),
    NEEDS_STOPS("fleet.stop"),
    NEEDS_VALUE("fleet.drain", "fleet.stop", "close"),
    NEEDS("fleet.rebalance.tolerance", "fleet.rebalance.rate"),
    NEEDS("probe.liveness.", "probe.liveness.period"),
    NEEDS("probe.startup.", "probe.startup.period"),
    NEEDS("autoscaler.", "autoscaler.on"),
    NEEDS("neighbour.", "neighbour.weight"),
};
/* clang-format on */

const struct idle_rule *idle_rules(size_t *count)
{
    *count = sizeof rules / sizeof *rules;
    return rules;
}

static const struct option_row *row(const char *name)
{
    size_t count;
    const struct option_row *all = options_all(&count), *found = option_find(all, count, name);
    assert(found);
    return found;
}

static bool has(const struct option_row *option, const char *text, const struct settings *s)
{
    struct settings other;
    struct error unused;
    int code = option_parse(option, text, &other, &unused);
    assert(code == 0);
    (void)code;
    return option_number(option, s) == option_number(option, &other);
}

/* A class of clients other than the first that reconnects as clients.reconnect says. */
static bool another_custom(const struct parameters *p)
{
    for (int c = 1; c < p->class_count; c++)
        if (p->classes[c].preset == 0)
            return true;
    return false;
}

bool idle_rule_applies(const struct idle_rule *r, const struct settings *s)
{
    for (int i = 0; i < IDLE_NEEDS && r->needs[i]; i++) {
        const struct option_row *needed = row(r->needs[i]);
        bool same = has(needed, r->value ? r->value : needed->fallback, s);
        if (same == (r->value && !r->other))
            return false;
    }
    return !(r->classes && another_custom(&s->parameters));
}

static bool names(const struct idle_rule *r, const char *option)
{
    size_t length = strlen(r->option);
    return r->option[length - 1] == '.' ? strncmp(option, r->option, length) == 0
                                        : strcmp(option, r->option) == 0;
}

const struct option_row *idle_rule_given(const struct idle_rule *r, const struct settings *s)
{
    size_t count;
    const struct option_row *all = options_all(&count);
    for (size_t word = 0; word < OPTIONS_MAX / 64; word++) /* few are given, of hundreds */
        for (uint64_t bits = s->given[word]; bits; bits &= bits - 1) {
            const struct option_row *o = &all[word * 64 + (size_t)__builtin_ctzll(bits)];
            if (names(r, o->name) && !has(o, o->fallback, s))
                return o;
        }
    return NULL;
}

const char *idle_rule_reason(const struct idle_rule *r, const struct settings *s, char *out,
                             size_t room)
{
    char text[UNIT_TEXT_BYTES];
    int used = 0;
    *out = '\0';
    for (int i = 0; i < IDLE_NEEDS && r->needs[i]; i++)
        used += snprintf(out + used, room - (size_t)used, "%s%s is %s", i ? " and " : "",
                         r->needs[i], option_format(row(r->needs[i]), s, text));
    return out;
}

const char *idle_event(size_t number)
{
    static const char *const events[] = {
        "fault.deploy-at",       "fault.crash-at",         "fault.busy-at",
        "fault.blip-at",         "fault.leave-at",         "clients.stall-at",
        "clients.slow.stall-at", "clients.third.stall-at", "clients.fourth.stall-at",
    };
    return number < sizeof events / sizeof *events ? events[number] : NULL;
}

static int64_t latest_end_ns(const struct settings *s)
{
    const struct workload_params *w = &s->parameters.workload;
    int64_t ns = w->drain_ns;
    for (int i = 0; i < w->phases; i++)
        ns += w->phase[i].duration_ns;
    return ns;
}

bool idle_event_applies(const char *option, const struct settings *s)
{
    return option_number(row(option), s) >= (double)latest_end_ns(s);
}

const char *idle_event_reason(const char *option, const struct settings *s, char *out,
                              size_t room)
{
    char at[UNIT_TEXT_BYTES], end[UNIT_TEXT_BYTES];
    snprintf(out, room, "%s is %s: the run ends at %s, with its drain", option,
             unit_format_short(at, UNIT_TIME, option_number(row(option), s)),
             unit_format_short(end, UNIT_TIME, (double)latest_end_ns(s)));
    return out;
}
