#include "models/slo_control.h"

#include <math.h>

#define CALM_SAMPLES 30  /* moving average, one sample a second */
#define DEPTH_FLOOR  0.1 /* queues below it are empty: no amplification of nothing */

const char *slo_limit_name(enum slo_limit limit)
{
    static const char *const names[] = { "p95", "p99", "drops", "reconnects" };
    return names[limit];
}

const char *slo_action_name(enum slo_action action)
{
    static const char *const names[] = { "longer heartbeats", "refuse connects",
                                         "shed low priority", "shed by rate",
                                         "switch drop policy" };
    return names[action];
}

void slo_control_init(struct slo_control *c)
{
    *c = (struct slo_control){ .calm_p99 = NAN, .calm_depth = NAN };
}

void slo_limits(const struct slo_params *p, double limits[SLO_LIMITS])
{
    limits[SLO_P95] = (double)p->p95_ns / 1e9;
    limits[SLO_P99] = (double)p->p99_ns / 1e9;
    limits[SLO_DROPS] = p->drop_share;
    limits[SLO_RECONNECTS] = p->reconnects_hz;
}

bool slo_any(const struct slo_params *p)
{
    double limits[SLO_LIMITS];
    slo_limits(p, limits);
    for (int i = 0; i < SLO_LIMITS; i++)
        if (limits[i] > 0)
            return true;
    return false;
}

unsigned slo_breaches(const double limits[SLO_LIMITS], const double value[SLO_LIMITS])
{
    unsigned bits = 0;
    for (int i = 0; i < SLO_LIMITS; i++)
        if (limits[i] > 0 && value[i] > limits[i])
            bits |= 1u << i;
    return bits;
}

/* Breaches that a second says nothing about, nothing being due in it: silence is no recovery,
 * unless it lasts as long as calm must. */
static unsigned still_breached(struct slo_control *c, const struct slo_control_params *p,
                               const double value[SLO_LIMITS], int64_t now_ns)
{
    unsigned bits = 0;
    for (int i = 0; i < SLO_LIMITS; i++) {
        if (!isnan(value[i]))
            c->known_ns[i] = now_ns;
        else if (now_ns - c->known_ns[i] < p->clear_ns)
            bits |= 1u << i;
    }
    return bits & c->breached;
}

static bool amplified(const struct slo_control *c, const struct slo_control_params *p,
                      const struct slo_sample *sample)
{
    return sample->value[SLO_P99] >= p->rise * c->calm_p99 &&
           sample->depth >= p->amplification * fmax(c->calm_depth, DEPTH_FLOOR);
}

static double average(double old, double news)
{
    return isnan(news) ? old : isnan(old) ? news : old + (news - old) / CALM_SAMPLES;
}

static bool offered(const struct slo_control_params *p, enum slo_action action)
{
    const bool offers[SLO_ACTIONS] = {
        [RELIEF_HEARTBEATS] = p->heartbeat_factor > 1, [RELIEF_REFUSE] = p->retry_after_ns > 0,
        [RELIEF_SHED_PRIORITY] = p->low_priority > 0,  [RELIEF_SHED_RATE] = p->shed_share > 0,
        [RELIEF_SWITCH_POLICY] = p->policy > 0,
    };
    return offers[action];
}

/* The mildest action not yet in force; -1: there is none. */
static int next_action(const struct slo_control *c, const struct slo_control_params *p)
{
    for (int i = 0; i < SLO_ACTIONS; i++)
        if (offered(p, i) && !slo_control_acts(c, i))
            return i;
    return -1;
}

static int strongest_action(const struct slo_control *c)
{
    int i = SLO_ACTIONS - 1;
    while (i >= 0 && !slo_control_acts(c, i))
        i--;
    return i;
}

static void act(struct slo_control *c, const struct slo_control_params *p, int64_t now_ns,
                struct slo_change *change)
{
    bool first = c->actions == 0;
    if (c->triggered && now_ns - c->since_ns >= p->for_ns &&
        (first || now_ns - c->acted_ns >= p->step_ns))
        change->taken = next_action(c, p);
    else if (!c->triggered && !first && now_ns - c->since_ns >= p->clear_ns &&
             now_ns - c->acted_ns >= p->clear_ns)
        change->undone = strongest_action(c);
    int changed = change->taken >= 0 ? change->taken : change->undone;
    if (changed < 0)
        return;
    c->actions ^= 1u << changed;
    c->acted_ns = now_ns;
}

struct slo_change slo_control_step(struct slo_control *c, const struct slo_control_params *p,
                                   const double limits[SLO_LIMITS],
                                   const struct slo_sample *sample, int64_t now_ns)
{
    struct slo_change change = { .taken = -1, .undone = -1 };
    unsigned now = slo_breaches(limits, sample->value);
    now |= still_breached(c, p, sample->value, now_ns);
    change.breached = now & ~c->breached;
    change.recovered = c->breached & ~now;
    c->breached = now;

    bool fires = (p->trigger == TRIGGER_BREACH && now != 0) ||
                 (p->trigger == TRIGGER_AMPLIFICATION && amplified(c, p, sample));
    if (fires != c->triggered) {
        change.trigger = fires ? 1 : -1;
        c->triggered = fires;
        c->since_ns = now_ns;
    }
    if (!fires && c->actions == 0) {
        c->calm_p99 = average(c->calm_p99, sample->value[SLO_P99]);
        c->calm_depth = average(c->calm_depth, sample->depth);
    }
    act(c, p, now_ns, &change);
    return change;
}
