#include "models/schedule.h"

#include <stdlib.h>
#include <string.h>

#include "models/random_purpose.h"
#include "sim/error.h"
#include "sim/random_stream.h"

static void append(struct schedule *s, const struct action *action)
{
    if ((s->count & (s->count - 1)) == 0)
        s->actions =
            mem_realloc(s->actions, (s->count ? 2 * s->count : 1) * sizeof *s->actions);
    s->actions[s->count++] = *action;
}

/* The gap to the next publish; a phase without publishes has none. */
static double next_gap_ns(enum arrival_kind arrivals, double rate_hz, struct random_stream *rs)
{
    double mean_ns = 1e9 / rate_hz;
    return arrivals == ARRIVAL_POISSON ? random_stream_exponential(rs, mean_ns) : mean_ns;
}

/* Constant arrivals start half a gap into the phase, so that phases join without a double gap. */
static void add_phase(struct schedule *s, const struct workload_params *w,
                      const struct phase_params *phase, int64_t start_ns,
                      struct random_stream *rs)
{
    if (phase->rate_hz <= 0)
        return;
    double gap = next_gap_ns(w->arrivals, phase->rate_hz, rs);
    double at = w->arrivals == ARRIVAL_CONSTANT ? gap / 2 : gap;
    for (; at < (double)phase->duration_ns;
         at += next_gap_ns(w->arrivals, phase->rate_hz, rs)) {
        struct action publish = { .at_ns = start_ns + (int64_t)at,
                                  .kind = ACTION_PUBLISH,
                                  .bytes = w->payload_bytes,
                                  .measured = phase->measure };
        append(s, &publish);
    }
}

/* Messages of all clients together are Poisson too, each from any of them. */
static void add_messages(struct schedule *s, const struct parameters *p,
                         const struct phase_params *phase, int64_t start_ns,
                         struct random_stream *rs)
{
    double rate_hz = p->duplex.rate_hz * (double)p->clients;
    if (rate_hz <= 0)
        return;
    double at = random_stream_exponential(rs, 1e9 / rate_hz);
    for (; at < (double)phase->duration_ns;
         at += random_stream_exponential(rs, 1e9 / rate_hz)) {
        struct action message = { .at_ns = start_ns + (int64_t)at,
                                  .kind = ACTION_MESSAGE,
                                  .client = (uint32_t)(random_stream_uniform(rs) *
                                                       (double)p->clients),
                                  .bytes = p->duplex.bytes,
                                  .measured = phase->measure };
        append(s, &message);
    }
}

/* The actions before `middle` and those from it on, each in order of time, become one order. */
static void merge(struct schedule *s, size_t middle)
{
    struct action *merged = mem_alloc((s->count + 1) * sizeof *merged);
    size_t a = 0, b = middle;
    for (size_t i = 0; i < s->count; i++) {
        bool first =
            b == s->count || (a < middle && s->actions[a].at_ns <= s->actions[b].at_ns);
        merged[i] = s->actions[first ? a++ : b++];
    }
    free(s->actions);
    s->actions = merged;
}

static void build_messages(struct schedule *s, const struct parameters *p, uint64_t seed,
                           uint32_t replication)
{
    struct random_stream rs;
    int64_t start_ns = 0;
    size_t publishes = s->count;
    random_stream_init(&rs, seed, replication, RANDOM_DUPLEX, 0);
    for (int i = 0; i < p->workload.phases; i++) {
        add_messages(s, p, &p->workload.phase[i], start_ns, &rs);
        start_ns += p->workload.phase[i].duration_ns;
    }
    merge(s, publishes);
}

void schedule_build(struct schedule *s, const struct parameters *p, uint64_t seed,
                    uint32_t replication)
{
    struct random_stream rs;
    random_stream_init(&rs, seed, p->workload.same_arrivals ? 1 : replication, RANDOM_ARRIVALS,
                       0);
    memset(s, 0, sizeof *s);
    s->initial = s->clients = (uint32_t)p->clients;
    s->from_phases = true;
    for (int i = 0; i < p->workload.phases; i++) {
        add_phase(s, &p->workload, &p->workload.phase[i], s->end_ns, &rs);
        s->end_ns += p->workload.phase[i].duration_ns;
    }
    if (p->duplex.rate_hz > 0)
        build_messages(s, p, seed, p->workload.same_arrivals ? 1 : replication);
}

void schedule_close(struct schedule *s)
{
    free(s->actions);
    memset(s, 0, sizeof *s);
}

static uint32_t count_of(const struct schedule *s, enum action_kind kind)
{
    uint32_t count = 0;
    for (size_t i = 0; i < s->count; i++)
        count += s->actions[i].kind == kind;
    return count;
}

uint32_t schedule_publishes(const struct schedule *s)
{
    return count_of(s, ACTION_PUBLISH);
}

uint32_t schedule_messages(const struct schedule *s)
{
    return count_of(s, ACTION_MESSAGE);
}
