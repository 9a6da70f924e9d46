/* test_event_queue.c - the event queue beside a plain binary heap: the same calls must give the
 * same events at the same times, over random schedules of many shapes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "sim/error.h"
#include "sim/event_queue.h"
#include "sim/random_stream.h"
#include "tests/support/heap_queue.h"

enum { HANDLES = 4096 };

/* What a schedule looks like; shares are of 256. */
struct shape {
    uint64_t delay_ns;     /* largest delay of the usual event; 0 = always now */
    unsigned far_bits;     /* an unusual delay has up to this many bits */
    unsigned far_share;    /* of delays that are unusual */
    unsigned priorities;   /* number of different ones */
    unsigned grow, shrink; /* shares of pushes and pops; the rest cancels and moves */
};

struct pair {
    struct event_queue queue;
    struct heap_queue heap;
    struct random_stream rs;
    int64_t now_ns;             /* time of the last event */
    uint64_t in_queue[HANDLES]; /* handles, also of events long gone */
    uint64_t in_heap[HANDLES];  /* those of the same events */
    const struct shape *shape;  /* of this schedule */
    uint64_t events;            /* pushed so far */
};

static uint64_t below(struct pair *p, uint64_t n)
{
    return random_stream_u64(&p->rs) % n;
}

static int64_t random_time(struct pair *p)
{
    uint64_t delay = p->shape->delay_ns ? below(p, p->shape->delay_ns + 1) : 0;
    if (below(p, 256) < p->shape->far_share)
        delay = random_stream_u64(&p->rs) >> (64 - 1 - below(p, p->shape->far_bits));
    bool fits = delay <= (uint64_t)(INT64_MAX - p->now_ns);
    return fits ? p->now_ns + (int64_t)delay : INT64_MAX;
}

static void push(struct pair *p)
{
    static const int extremes[] = { 0, INT16_MIN, INT16_MAX, 1, -1 };
    int64_t at = random_time(p);
    int priority = extremes[below(p, p->shape->priorities)];
    void *subject = (void *)(uintptr_t)++p->events;
    size_t i = below(p, HANDLES);
    p->in_queue[i] = event_queue_push(&p->queue, at, priority, NULL, subject, p);
    p->in_heap[i] = heap_queue_push(&p->heap, at, priority, NULL, subject, p);
}

static bool pop(struct pair *p, int64_t until)
{
    const struct event_node *a;
    struct heap_event b;
    bool got = event_queue_pop(&p->queue, until, &a);
    if (heap_queue_pop(&p->heap, until, &b) != got)
        return false;
    if (got)
        p->now_ns = a->at_ns;
    return !got || (a->at_ns == b.at_ns && a->subject == b.subject && a->object == b.object);
}

static bool cancel(struct pair *p)
{
    size_t i = below(p, HANDLES);
    bool pending = event_queue_pending(&p->queue, p->in_queue[i]);
    return pending == heap_queue_pending(&p->heap, p->in_heap[i]) &&
           event_queue_cancel(&p->queue, p->in_queue[i]) == pending &&
           heap_queue_cancel(&p->heap, p->in_heap[i]) == pending;
}

static bool move(struct pair *p)
{
    size_t i = below(p, HANDLES);
    int64_t at = random_time(p);
    return event_queue_move(&p->queue, p->in_queue[i], at) ==
           heap_queue_move(&p->heap, p->in_heap[i], at);
}

static bool one_call(struct pair *p)
{
    uint64_t choice = below(p, 256);
    if (choice < p->shape->grow)
        push(p);
    else if (choice < p->shape->grow + p->shape->shrink)
        return pop(p, below(p, 8) ? INT64_MAX : random_time(p));
    else
        return choice % 4 ? move(p) : cancel(p);
    return true;
}

static bool same_trace(const struct shape *shape, uint32_t seed, int calls)
{
    struct pair *p = mem_alloc(sizeof *p);
    bool same = true;
    p->shape = shape;
    event_queue_init(&p->queue);
    heap_queue_init(&p->heap);
    random_stream_init(&p->rs, seed, 0, 0, 0);
    for (int i = 0; same && i < calls; i++)
        same = one_call(p);
    while (same && p->heap.count > 0)
        same = pop(p, INT64_MAX);
    same = same && pop(p, INT64_MAX); /* both empty */
    event_queue_close(&p->queue);
    heap_queue_close(&p->heap);
    free(p);
    return same;
}

static const struct shape shapes[] = {
    { 1000, 1, 0, 1, 90, 80 },        /* steady */
    { 1000000000, 1, 0, 1, 100, 50 }, /* growing, sparse */
    { 1000000, 1, 0, 1, 128, 128 },   /* no handle is used */
    { 3, 1, 0, 5, 100, 70 },          /* nearly all at equal times */
    { 0, 1, 0, 5, 100, 80 },          /* all at one time */
    { 100, 63, 20, 2, 90, 70 },       /* some very far */
    { 100000, 40, 128, 1, 70, 60 },   /* many scales at once */
    { 1000000, 1, 0, 1, 30, 20 },     /* mostly moves */
    { 50, 63, 1, 3, 40, 40 },         /* churn among equal times */
    { 10, 64, 250, 1, 100, 60 },      /* up to the end of time */
};

static void same_trace_as_the_heap(void **state)
{
    (void)state;
    enum { SEEDS = 20 };
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        for (uint32_t seed = 0; seed < SEEDS; seed++) {
            int calls = seed % 4 == 0 ? 60000 : 1000;
            if (!same_trace(&shapes[i], seed, calls))
                fail_msg("shape %zu, seed %u, %d calls", i, seed, calls);
        }
    }
}

/* Cancelled events must not pile up: a time-out that never fires, set and cleared for ever. */
static void cancelled_events_leave_no_trace(void **state)
{
    (void)state;
    struct event_queue q;
    event_queue_init(&q);
    for (int i = 0; i < 1000000; i++) {
        uint64_t handle = event_queue_push(&q, i + 1000000000, 0, NULL, NULL, NULL);
        assert_true(event_queue_cancel(&q, handle));
    }
    assert_true(q.near.capacity < 1000);
    assert_true(q.far.block == 0); /* and no further block of storage */
    assert_true(q.used < 10);
    event_queue_close(&q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_trace_as_the_heap),
        cmocka_unit_test(cancelled_events_leave_no_trace),
    };
    return cmocka_run_group_tests_name("event_queue", tests, NULL, NULL);
}
