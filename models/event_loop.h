/* event_loop.h - a server's event loop: which callback runs when, on one thread of the CPU model.
 *
 * One interface, four implementations (struct loop_ops) that differ in the order in which they
 * serve their sources; each file names the source of that order:
 *   loop_asyncio.c  callbacks ready at the start of an iteration, then poll; also uvloop
 *   loop_node.c     libuv's phases: timers, poll, check, close
 *   loop_nginx.c    accepted connections, descriptors, timers, posted events until none is left
 *   loop_threads.c  one job after another, each to its end
 *
 * An entry is a *range*: the same callback for `count` connections in a row. The handler says what
 * one callback costs (`begin`), is told how far the range has come (`ran`) and that it is over
 * (`end`). Costs are whole nanoseconds, so a range of n costs exactly n single entries: with
 * `single` set every entry is split into single ones, and nothing else may change.
 *
 * A plan: what comes next whatever happens, at costs that are known now, shares one demand for CPU
 * time; when some of it was served, the loop goes through what it covered. A plan consists of
 * slots: an entry each, or, where every connection has a cost of its own (`own_costs`), a callback
 * each. So neither connections in different states nor those with their own costs need an event or
 * an entry each. Without `plan` every entry is a demand of its own, and nothing else may change.
 */
#ifndef PUSHSIM_MODELS_EVENT_LOOP_H
#define PUSHSIM_MODELS_EVENT_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/cpu.h"
#include "models/loop_queue.h"
#include "sim/simulation.h"

/* How work reaches the loop from outside. */
enum loop_source {
    SOURCE_IO,     /* a readable or writable descriptor */
    SOURCE_ACCEPT, /* the listening socket */
    SOURCE_TIMER,  /* a timer that is due */
    SOURCE_CLOSE,  /* a handle to close: in Node a phase of its own, elsewhere as I/O */
};

/* The loop's own step: one poll; `first`: descriptors found ready. */
#define LOOP_POLL UINT32_MAX

struct loop_stretch {     /* a range moved on while the thread ran without a break */
    int64_t from_ns;      /* progress in the range before it, ns of work */
    int64_t to_ns;        /* progress after it */
    int64_t at_ns;        /* simulation time at which the progress was from_ns */
    int64_t throttled_ns; /* the thread's throttled clock in the stretch */
};

struct loop_handler {
    /* The entry's turn has come: the cost of one callback, ns (0: nothing to do, skip it). May
     * reduce entry->count; the rest comes next, with a `begin` of its own. */
    int64_t (*begin)(void *owner, struct loop_entry *entry);
    /* It has come so far in this stretch. */
    void (*ran)(void *owner, const struct loop_entry *entry,
                const struct loop_stretch *stretch);
    /* The last callback of the entry is over. */
    void (*end)(void *owner, const struct loop_entry *entry);
    /* These connections of a range that has begun are not reached now: takes back what `begin`
     * did for them and to the entry. NULL: nothing. */
    void (*put_back)(void *owner, struct loop_entry *entry);
    /* Of n entries that come next, one after another: how many of their first slots, at most
     * LOOP_PLAN, can be planned? That is, only event_loop_split can change what their `begin`
     * returns (count stays as it is, with own_costs 1; > 0), and their `end` makes nothing ready
     * to go before the next of them. sum_ns[k + 1]: cost of slots 0 .. k; sum_ns[0] is 0. May be
     * called with an entry that has begun, n = 1. NULL: none. */
    uint32_t (*plan)(void *owner, const struct loop_entry *entries, uint32_t n,
                     int64_t *sum_ns);
    /* The first `slots` of these entries began and ended in the stretch, which starts with the
     * first of them; slot k ended sum_ns[k + 1] - sum_ns[0] after its start: does what begin, ran
     * and end would do for each in turn. Valid if plan is. */
    void (*passed)(void *owner, const struct loop_entry *entries, uint32_t slots,
                   const int64_t *sum_ns, const struct loop_stretch *stretch);
    /* A level-triggered poll found the first `fds` entries of the inbox: now the owner may choose
     * in which order (ready_list.h) by what stands behind them. NULL: as they came. */
    void (*polled)(void *owner, const struct loop_queue *inbox, size_t fds);
};

#define LOOP_PLAN 1024 /* slots planned at a time */

struct event_loop;

struct loop_ops {
    const char *name; /* for messages; static */
    /* The next piece of work; false: nothing to do, sleep in the poll. */
    bool (*next)(struct event_loop *loop, struct loop_entry *entry);
    /* The poll has returned with `fds` descriptors of the inbox. */
    void (*polled)(struct event_loop *loop, uint32_t fds);
};

extern const struct loop_ops loop_asyncio, loop_node, loop_nginx, loop_threads;

struct event_loop_params {
    const struct loop_ops *ops;         /* which loop; borrowed */
    const struct loop_handler *handler; /* what its callbacks do; borrowed */
    void *owner;                        /* given to the handler; borrowed */
    int64_t iteration_ns;               /* CPU of one poll and its bookkeeping, >= 0 */
    int64_t ready_fd_ns;                /* more for each ready descriptor, >= 0 */
    int64_t accept_batch;               /* connections accepted in one poll, >= 1 */
    bool single;                        /* one entry a connection */
    bool unplanned;                     /* one demand for CPU time an entry */
    bool own_costs; /* connections differ in their costs: `begin` reduces an entry with a plan
                             to one callback, and a slot is one callback */
};

struct event_loop {
    struct simulation *sim;                           /* borrowed */
    struct cpu_thread *thread;                        /* its own, of the group */
    struct event_loop_params params;                  /* a copy */
    struct loop_queue inbox, accepts, timers, closes; /* arrived, not yet seen by a poll */
    struct loop_queue ready;                          /* callbacks of this pass */
    struct loop_queue later;                          /* callbacks of the next pass */
    struct loop_queue inside;  /* go on with the present callback: before anything else */
    struct loop_queue flush;   /* held back to the end of the iteration */
    int phase;                 /* the implementation's own */
    bool sleeping;             /* in the poll, nothing to do */
    struct loop_entry current; /* valid when busy */
    int64_t unit_ns;           /* work in one callback of the current entry */
    int64_t total_ns;          /* work in all of them */
    int64_t progress_ns;       /* of it done and told to the handler, 0..total */
    int64_t asked_ns;          /* work asked of the CPU and not yet reported by it */
    int64_t synced_ns;         /* of it done and told to the handler by event_loop_sync */
    uint64_t iterations;       /* polls so far */
    struct loop_queue *source; /* of these, the current entry's: what is in it comes next */
    uint32_t planned;          /* slots at its head whose work is asked of the CPU already */
    uint32_t plan_at;          /* number of the first of them in the plan */
    int64_t plan_ns[LOOP_PLAN + 1]; /* [k]: work in the plan's first k slots */
};

void event_loop_init(struct event_loop *loop, struct simulation *sim, struct cpu_group *group,
                     int cpu, const struct event_loop_params *params);
void event_loop_close(struct event_loop *loop);

/* From outside: the next poll sees it; wakes a sleeping loop. */
void event_loop_post(struct event_loop *loop, enum loop_source source,
                     const struct loop_entry *entry);
/* From a handler's `end`: in the next pass of the ready queue; as part of the present callback
 * (Node: a microtask); at the end of the iteration. */
void event_loop_ready(struct event_loop *loop, const struct loop_entry *entry);
void event_loop_inside(struct event_loop *loop, const struct loop_entry *entry);
void event_loop_flush(struct event_loop *loop, const struct loop_entry *entry);

/* The process has died, after an event_loop_break: forgets every entry. What the thread was at
 * ends with it, and the handler hears no more of it. */
void event_loop_clear(struct event_loop *loop);

/* Tells the handler how far the current range has come by now. */
void event_loop_sync(struct event_loop *loop);
/* The same, and breaks the current range off: the callbacks that are over end now, the one in
 * progress stays, and the rest is put back to come next with a `begin` of its own. So everything
 * is as it would be with single entries. */
void event_loop_break(struct event_loop *loop);
/* The same if connection `i` is in the current range, else event_loop_sync: before it is looked at
 * or changes in a way that the handler looks at. */
void event_loop_split(struct event_loop *loop, uint32_t i);

/* Shows every entry that is not over: those that wait, and the current one (begun; progress_ns of
 * it done). Polls are left out. */
typedef void loop_visit_fn(void *arg, const struct loop_entry *entry, bool begun,
                           int64_t progress_ns);
void event_loop_visit(const struct event_loop *loop, loop_visit_fn *visit, void *arg);

/* Which of the callbacks 0..count-1 of a range end within the stretch, when callback k ends at
 * progress k x unit + offset (unit > 0, 0 < offset <= unit)? Returns how many; the first of them
 * and its time. The others follow at intervals of `unit`. */
uint32_t loop_stretch_ends(const struct loop_stretch *stretch, int64_t unit_ns,
                           int64_t offset_ns, uint32_t *first, int64_t *first_ns);

/* For the implementations. */
/* The first entry of one of the loop's queues becomes the next; false: it is empty. */
bool loop_take(struct event_loop *loop, struct loop_queue *q, struct loop_entry *entry);
/* Has anything arrived that only a poll shows? */
static inline bool loop_has_arrivals(const struct event_loop *loop)
{
    return loop->inbox.count + loop->accepts.count + loop->timers.count + loop->closes.count >
           0;
}
/* Where whatever callbacks make ready is served before the next poll, then what was held back. */
static inline bool loop_take_ready(struct event_loop *loop, struct loop_entry *entry)
{
    if (loop->ready.count == 0)
        loop_queue_move(&loop->ready, &loop->later, loop->later.count);
    return loop_take(loop, &loop->ready, entry) || loop_take(loop, &loop->flush, entry);
}
/* Accepts at most accept_batch connections: moves their entries, the last one perhaps split. */
void loop_accept_batch(struct event_loop *loop, struct loop_queue *to);
/* Lets the owner put what a level-triggered poll has found in order. */
void loop_told_again(struct event_loop *loop, uint32_t fds);
struct loop_entry loop_poll_entry(const struct event_loop *loop, size_t fds);

#endif
