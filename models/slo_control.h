/* slo_control.h - the SLO as control logic: limits, a trigger, actions in steps, hysteresis.
 *
 * Once a second it looks at the service. A limit is breached while that second's figure is above
 * it. The trigger is either that a limit is breached, or amplification: p99 rising together with
 * the queues, both at `rise` and `amplification` times their calm level (a moving average, 30 s,
 * over the seconds without trigger and without an action in force). It must hold for_ns before the
 * first action; every step_ns that it still holds the next action follows; after clear_ns without
 * it the last action is undone, and so on. An action whose parameter says "none" is passed over;
 * one that has nothing to act on is refused before the run (experiments/run/settings_control.c).
 *
 * The actions, mildest first: longer heartbeats (the server sends one of so many: loop time for
 * deliveries; it notices dead connections later, and clients that listen for heartbeats must be
 * patient enough), refusing connects with Retry-After (RFC 9110, 10.2.3), shedding publishes of
 * low priority, shedding any publish by rate, another drop policy.
 */
#ifndef PUSHSIM_MODELS_SLO_CONTROL_H
#define PUSHSIM_MODELS_SLO_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

struct slo_params {         /* the limits; 0 = none */
    int64_t p95_ns, p99_ns; /* of delivery latency */
    /* Drops / due, of a second; of a run: never came / due (analysis/slo.h). */
    double drop_share;
    double reconnects_hz; /* of all clients together */
};

enum slo_limit { SLO_P95, SLO_P99, SLO_DROPS, SLO_RECONNECTS, SLO_LIMITS };
/* When the actions begin: never, a limit is breached, p99 and queues grow together. */
enum slo_trigger { TRIGGER_NEVER, TRIGGER_BREACH, TRIGGER_AMPLIFICATION };

enum slo_action {
    RELIEF_HEARTBEATS,    /* rarer ones */
    RELIEF_REFUSE,        /* connects, with Retry-After */
    RELIEF_SHED_PRIORITY, /* publishes of low priority */
    RELIEF_SHED_RATE,     /* a share of all publishes */
    RELIEF_SWITCH_POLICY, /* another drop policy */
    SLO_ACTIONS,
};

struct slo_control_params {
    enum slo_trigger trigger;   /* what makes it act; TRIGGER_NEVER: it only watches */
    double rise, amplification; /* of p99 and queue depth over their calm levels, >= 1 */
    int64_t for_ns;             /* the trigger must hold so long, >= 0 */
    int64_t step_ns;            /* then another action every so often, > 0 */
    int64_t clear_ns;           /* without the trigger: one action less, > 0 */
    int64_t heartbeat_factor;   /* heartbeats become so many times rarer; 0 = none */
    int64_t retry_after_ns;     /* connects are refused with it; 0 = none */
    double low_priority;        /* share of the publishes that is of low priority; 0 = none */
    double shed_share;          /* share of all publishes shed by rate, 0..1; 0 = none */
    int64_t policy;             /* enum queue_policy + 1; 0 = none */
};

struct slo_sample {           /* one second; NAN = not known, breaks nothing */
    double value[SLO_LIMITS]; /* s, s, share, 1/s */
    double depth;             /* mean queue depth over the second, messages */
};

struct slo_control {
    double calm_p99, calm_depth;  /* s, messages; NAN before the first calm sample */
    unsigned breached;            /* limits, as bits 1 << enum slo_limit */
    bool triggered;               /* the trigger holds */
    int64_t since_ns;             /* `triggered` is as it is since */
    int64_t acted_ns;             /* when an action was taken or undone last */
    unsigned actions;             /* in force, bits 1 << enum slo_action */
    int64_t known_ns[SLO_LIMITS]; /* when each limit's value was last known */
};

struct slo_change {               /* what one second brought */
    unsigned breached, recovered; /* limits */
    int trigger;                  /* 1: fired, -1: ended, 0 */
    int taken, undone;            /* enum slo_action; -1 = none */
};

/* The limits by enum slo_limit: s, s, share, 1/s; 0 = none. */
void slo_limits(const struct slo_params *p, double limits[SLO_LIMITS]);
/* Whether there is one. */
bool slo_any(const struct slo_params *p);
/* Bits 1 << enum slo_limit: the values above their limits; NAN = not known, breaks nothing. Here a
 * second is judged; analysis/slo.h judges whole runs and cells by the same. */
unsigned slo_breaches(const double limits[SLO_LIMITS], const double value[SLO_LIMITS]);

void slo_control_init(struct slo_control *c);
struct slo_change slo_control_step(struct slo_control *c, const struct slo_control_params *p,
                                   const double limits[SLO_LIMITS],
                                   const struct slo_sample *sample, int64_t now_ns);
static inline bool slo_control_acts(const struct slo_control *c, enum slo_action action)
{
    return c->actions >> action & 1;
}

const char *slo_limit_name(enum slo_limit limit);
const char *slo_action_name(enum slo_action action);

#endif
