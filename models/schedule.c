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
}

void schedule_close(struct schedule *s)
{
    free(s->actions);
    memset(s, 0, sizeof *s);
}

uint32_t schedule_publishes(const struct schedule *s)
{
    uint32_t count = 0;
    for (size_t i = 0; i < s->count; i++)
        count += s->actions[i].kind == ACTION_PUBLISH;
    return count;
}
