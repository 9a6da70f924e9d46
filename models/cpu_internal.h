/* cpu_internal.h - shared by cpu.c (lifecycle), cpu_dispatch.c (who runs), cpu_limit.c (quota) and
 * cpu_throttle.c (its threads when that is used up).
 *
 * Lazy time: a CPU with one runnable thread has no events but the end of its demand; a group has
 * one event for the next tick at which it is throttled or its timer starts (cpu_limit_arm). What
 * ticks would have done in between is caught up with before anything looks at it.
 */
#ifndef PUSHSIM_MODELS_CPU_INTERNAL_H
#define PUSHSIM_MODELS_CPU_INTERNAL_H

#include "models/cache_warmth.h"
#include "models/cpu.h"
#include "models/cpu_bandwidth.h"
#include "models/cpu_fair.h"

/* Order at one instant: a demand that ends is served before the tick sees the thread; the tick
 * accounts before the refill; wake-ups come last. Demands and ticks of several CPUs go by their
 * number (+ index): not by which of them was armed last, which depends on how the work was cut. */
enum cpu_priority {
    CPU_DONE = -5 * CPU_MAX,
    CPU_TICK = CPU_DONE + CPU_MAX,
    CPU_ATTENTION = CPU_TICK + CPU_MAX,
    CPU_REFILL,
    CPU_WAKE,
};

struct cpu_thread {
    struct cpu_queue *queue;        /* where it is pinned to */
    cpu_ran_fn *ran;                /* tells the owner */
    void *owner;                    /* borrowed */
    struct fair_entity entity;      /* in queue->threads */
    bool asleep;                    /* has no demand */
    bool woken;                     /* was asleep when it was last off the CPU */
    bool limbo;                     /* CPU_THROTTLE_TASK: dequeued until its group is free */
    bool leaving;                   /* throttled, still on its way to user mode */
    int64_t leave_at_ns;            /* when it gets there; valid if leaving */
    int64_t overhead_ns;            /* served first: wake-up cost */
    struct cache_refill refill;     /* then, or along with the demand: cache warm-up */
    int64_t demand_ns;              /* what the owner asked for, the rest of it */
    int64_t worked_ns;              /* demand served in all, up to the CPU's served_ns */
    struct cache_warmth warmth;     /* saturation_ns = 0: no effect */
    int64_t off_since_ns;           /* last left the CPU */
    int64_t off_ns;                 /* off the CPU until it last came back, in all */
    int64_t throttled_ns;           /* waits that have ended */
    int64_t throttled_from_ns;      /* this wait; -1 = none */
    struct cpu_thread *next_waking; /* list of those that wait for the interrupt */
    struct cpu_thread *next_limbo;  /* limbo list of the queue */
    struct cpu_thread *next;        /* all threads of the group */
};

struct cpu_queue {             /* a group on one CPU */
    struct cpu_group *group;   /* whose it is */
    struct cpu *cpu;           /* where it is */
    struct fair_entity entity; /* in cpu->groups */
    struct fair_queue threads; /* runnable, and delayed ones */
    struct cpu_thread *limbo;  /* last in, first out */
    int pinned;                /* threads that live here */
    int64_t accounted_ns;      /* bandwidth charged up to here, while one of its threads runs */
};

struct cpu {
    struct cpu_host *host;      /* whose it is */
    int index;                  /* its number, 0 .. CPU_MAX - 1 */
    struct fair_queue groups;   /* struct rq: the root cfs_rq */
    struct cpu_thread *running; /* or NULL: idle */
    int64_t served_ns;  /* its demand, or the last one's, is served up to here; -1 at first */
    int64_t charged_ns; /* its virtual time charged up to here */
    int64_t worked_from_ns;         /* the stretch not yet reported began here */
    bool resched;                   /* somebody else may be due */
    bool reporting;                 /* in the owner's callback about the end of its demand */
    int64_t ticked_ns;              /* the last tick that was an event */
    struct cpu_thread *waking;      /* wait for the interrupt, oldest first */
    struct cpu_thread *last_waking; /* valid unless `waking` is NULL */
    uint64_t done_event, tick_event, wake_event; /* pending ones; 0: none */
};

struct cpu_group {
    struct cpu_host *host;          /* whose it is */
    struct cpu_group_params params; /* a copy; the limit may be set anew (cpu_group_limit) */
    struct cpu_bandwidth bandwidth; /* pool, remainders, counters */
    struct cpu_queue *queues;       /* one a CPU; owned */
    struct cpu_thread *threads;     /* all of them; owned */
    int pinned;                     /* how many */
    uint64_t running;               /* bit i: one of its threads runs on CPU i */
    int64_t usage_ns;               /* up to each CPU's served_ns */
    uint64_t attention_event, refill_event, slack_event; /* pending ones; 0: none */
    struct cpu_group *next;                              /* of the host's */
};

struct cpu_host {
    struct simulation *sim;        /* borrowed */
    struct cpu_host_params params; /* a copy */
    struct random_stream *phases;  /* borrowed; NULL: phases are 0 */
    int64_t tick_phase_ns;         /* 0 .. tick_ns - 1 */
    struct cpu *cpus;              /* params.cpus; owned */
    struct cpu_group *groups;      /* a list; owned */
};

static inline int64_t cpu_now(const struct cpu *cpu)
{
    return cpu->host->sim->now_ns;
}

/* cpu.c */
/* Sets or moves an event; at_ns < 0: none is wanted. */
void cpu_event_at(struct cpu_host *host, uint64_t *event, int64_t at_ns, int priority,
                  event_fn *fn, void *subject);

/* cpu_dispatch.c */
void cpu_dispatch_update(struct cpu *cpu); /* charges what ran up to now */
void cpu_dispatch_arm(struct cpu *cpu);    /* its next events */
int64_t
cpu_dispatch_end(const struct cpu *cpu);     /* of the running thread's demand, if it goes on */
void cpu_dispatch_schedule(struct cpu *cpu); /* schedule(): puts off, picks, runs */
void cpu_dispatch_wake(struct cpu *cpu, struct cpu_thread *first); /* a list of `waking` */
void cpu_dispatch_free(struct cpu_queue *queue);                   /* unthrottle_cfs_rq */

/* Takes the group off the CPU's queue when none of its threads is left there. */
void cpu_dispatch_leave_groups(struct cpu_queue *queue, bool delay);

/* cpu_throttle.c */
void cpu_throttle_check(struct cpu_queue *queue);    /* throttled now? just accounted for */
bool cpu_throttle_leaves(struct cpu_thread *thread); /* a throttled one, at once */
void cpu_throttle_park(struct cpu_thread *thread);   /* until its group is free */
void cpu_throttle_clock(struct cpu_thread *thread, bool on); /* it waits for CPU time */
void cpu_throttle_want(struct cpu_queue *queue);             /* somebody does */

/* cpu_limit.c */
/* All of them do nothing for a group without a quota. */
bool cpu_limit_account(struct cpu_queue *queue); /* false: nothing remains (see bandwidth) */
bool cpu_limit_throttled(const struct cpu_queue *queue);
void cpu_limit_tick(struct cpu_group *group); /* the tick at this instant, on all its CPUs */
void cpu_limit_arm(struct cpu_group *group);  /* its next events */

#endif
