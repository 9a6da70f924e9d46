/* cpu_fair.h - who runs next: one EEVDF queue (earliest eligible virtual deadline first).
 *
 * Models Linux kernel/sched/fair.c as of 6.18 with its default features (PLACE_LAG, DELAY_DEQUEUE,
 * DELAY_ZERO, RUN_TO_PARITY, PREEMPT_SHORT with equal slices). A CPU has one queue of groups, each
 * group a queue of threads on each CPU. Virtual time is ns of a weight of 1024. Not modelled: load
 * averages (weights are given), the hint that keeps the CPU in a group whose thread just slept.
 */
#ifndef PUSHSIM_MODELS_CPU_FAIR_H
#define PUSHSIM_MODELS_CPU_FAIR_H

#include <stdbool.h>
#include <stdint.h>

struct fair_entity {      /* struct sched_entity; the caller owns and zeroes it */
    int64_t weight;       /* 1 .. 2^20; 1024 = nice 0 */
    int64_t vruntime_ns;  /* virtual time it has had; valid while queued */
    int64_t deadline_ns;  /* virtual time by which its request should be served */
    int64_t protected_ns; /* runs on undisturbed until this virtual time (vprot) */
    int64_t lag_ns;       /* what the queue owed it when it left; > 0: too little had */
    bool queued;          /* in the queue, running or not */
    bool delayed;         /* gone to sleep owing time: stays queued until it is repaid */
    void *owner;          /* the caller's */
};

struct fair_queue { /* struct cfs_rq */
    struct fair_entity *
        *entities;               /* owned array of borrowed entities, in order of enqueueing */
    int count;                   /* entities queued, the running one included */
    int capacity;                /* room in `entities` */
    struct fair_entity *running; /* one of them, or NULL: none runs */
    int64_t slice_ns;            /* the request of each entity, > 0 (base_slice_ns) */
    int64_t tick_ns;             /* bounds the lag kept over a sleep */
    int64_t clock_ns;            /* virtual time when it was last not empty */
};

void fair_queue_init(struct fair_queue *queue, int64_t slice_ns, int64_t tick_ns);
void fair_queue_close(struct fair_queue *queue);

/* Puts the entity in its place by the lag it left with; a delayed one just goes on.
 * (place_entity, requeue_delayed_entity) */
void fair_queue_add(struct fair_queue *queue, struct fair_entity *entity);
/* Takes it out; true: it is out. With `delay` an entity that had more than its share stays and
 * becomes `delayed`: false. (dequeue_entity) */
bool fair_queue_remove(struct fair_queue *queue, struct fair_entity *entity, bool delay);
/* The running entity ran for ran_ns of real time; true: its request is served, another is to be
 * picked if there is one. (update_curr, update_deadline) */
bool fair_queue_charge(struct fair_queue *queue, int64_t ran_ns);
/* The best entity, `running` if it is protected; NULL if empty. May be a delayed one, which the
 * caller then removes. (pick_eevdf) */
struct fair_entity *fair_queue_pick(const struct fair_queue *queue);
/* Makes `entity` (NULL: none) the running one, protected until its deadline. (set_next_entity) */
void fair_queue_run(struct fair_queue *queue, struct fair_entity *entity);

#endif
