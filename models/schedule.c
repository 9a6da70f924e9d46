#include "models/schedule.h"

#include <math.h>
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

/* Arrivals in one phase, in the time in which it is on. */
struct arrivals {
    const struct phase_params *phase;
    enum arrival_kind kind;
    struct random_stream *rs;
    double length_ns; /* of the time it is on */
    double at_ns;     /* the last one; < 0 before the first */
    double units;     /* a ramp: arrivals expected up to it */
};

/* Time of `length_ns` from the start in which the phase is on. */
static double time_on_ns(const struct phase_params *p)
{
    int64_t cycle = p->on_ns + p->off_ns;
    if (p->off_ns == 0 || p->on_ns == 0)
        return (double)p->duration_ns;
    int64_t rest = p->duration_ns % cycle;
    return (double)(p->duration_ns / cycle * p->on_ns + (rest < p->on_ns ? rest : p->on_ns));
}

/* The instant in the phase at which it has been on for on_ns. */
static int64_t instant_ns(const struct phase_params *p, double on_ns)
{
    int64_t at = (int64_t)on_ns;
    return p->off_ns == 0 || p->on_ns == 0 ? at : at + at / p->on_ns * p->off_ns;
}

/* Constant arrivals start half a gap into the phase, so that phases join without a double gap. */
static double gap(struct arrivals *a, double mean)
{
    double first = a->at_ns < 0 ? mean / 2 : mean;
    return a->kind == ARRIVAL_POISSON ? random_stream_exponential(a->rs, mean) : first;
}

/* A ramp expects r t + (q - r) t^2 / 2 T arrivals up to t; the next one comes when that has grown
 * by a gap of mean 1. */
static void next_on_ramp(struct arrivals *a)
{
    double r = a->phase->rate_hz / 1e9, q = a->phase->rate_to_hz / 1e9;
    a->units += gap(a, 1);
    double root = r * r + 2 * (q - r) / a->length_ns * a->units;
    a->at_ns = root < 0 ? INFINITY : 2 * a->units / (r + sqrt(root));
}

/* Moves to the next one; false: the phase is over. */
static bool next_arrival(struct arrivals *a)
{
    if (a->phase->rate_to_hz > 0)
        next_on_ramp(a);
    else if (a->phase->rate_hz > 0)
        a->at_ns = (a->at_ns < 0 ? 0 : a->at_ns) + gap(a, 1e9 / a->phase->rate_hz);
    else
        return false;
    return a->at_ns < a->length_ns;
}

static int64_t payload_of(const struct workload_params *w, struct random_stream *sizes)
{
    if (w->payload_cv <= 0)
        return w->payload_bytes;
    double bytes = random_stream_lognormal(sizes, (double)w->payload_bytes, w->payload_cv);
    return bytes < 1 ? 1 : bytes > PAYLOAD_MAX_BYTES ? PAYLOAD_MAX_BYTES : (int64_t)bytes;
}

static void add_phase(struct schedule *s, const struct workload_params *w,
                      const struct phase_params *phase, int64_t start_ns,
                      struct random_stream *rs, struct random_stream *sizes)
{
    struct arrivals a = { phase, w->arrivals, rs, time_on_ns(phase), -1, 0 };
    while (next_arrival(&a)) {
        struct action publish = { .at_ns = start_ns + instant_ns(phase, a.at_ns),
                                  .kind = ACTION_PUBLISH,
                                  .bytes = payload_of(w, sizes),
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
    struct random_stream rs, sizes;
    uint32_t drawn = p->workload.same_arrivals ? 1 : replication;
    random_stream_init(&rs, seed, drawn, RANDOM_ARRIVALS, 0);
    random_stream_init(&sizes, seed, drawn, RANDOM_PAYLOAD, 0);
    memset(s, 0, sizeof *s);
    s->initial = s->clients = (uint32_t)p->clients;
    s->from_phases = true;
    for (int i = 0; i < p->workload.phases; i++) {
        add_phase(s, &p->workload, &p->workload.phase[i], s->end_ns, &rs, &sizes);
        s->end_ns += p->workload.phase[i].duration_ns;
    }
    if (p->duplex.rate_hz > 0)
        build_messages(s, p, seed, drawn);
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
