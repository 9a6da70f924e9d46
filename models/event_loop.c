#include "models/event_loop.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sim/error.h"

static void queue_range(const struct event_loop *loop, struct loop_queue *q,
                        const struct loop_entry *e)
{
    if (loop->params.single)
        loop_queue_push_single(q, e);
    else
        loop_queue_push_joined(q, e);
}

bool loop_take(struct event_loop *loop, struct loop_queue *q, struct loop_entry *entry)
{
    loop->source = q;
    return loop_queue_pop(q, entry);
}

void loop_accept_batch(struct event_loop *loop, struct loop_queue *to)
{
    int64_t room = loop->params.accept_batch;
    struct loop_entry entry;
    while (room > 0 && loop_queue_pop(&loop->accepts, &entry)) {
        struct loop_entry rest = entry;
        if (entry.count > room) {
            entry.count = (uint32_t)room;
            rest.first += entry.count;
            rest.count -= entry.count;
            loop_queue_push_front(&loop->accepts, &rest);
        }
        room -= entry.count;
        loop_queue_push(to, &entry);
    }
}

void loop_told_again(struct event_loop *loop, uint32_t fds)
{
    if (loop->params.handler->polled)
        loop->params.handler->polled(loop->params.owner, &loop->inbox, fds);
}

struct loop_entry loop_poll_entry(const struct event_loop *loop, size_t fds)
{
    uint32_t ready = (uint32_t)(fds + (loop->accepts.count > 0));
    return (struct loop_entry){
        .first = ready, .count = 1, .from = (uint32_t)fds, .step = LOOP_POLL
    };
}

/* Takes up the next entry that costs something; false: none. */
static bool take_up(struct event_loop *loop)
{
    for (;;) {
        struct loop_entry e;
        if (!loop_take(loop, &loop->inside, &e) && !loop->params.ops->next(loop, &e))
            return false;
        int64_t unit = loop->params.iteration_ns + (int64_t)e.first * loop->params.ready_fd_ns;
        if (e.step != LOOP_POLL) {
            struct loop_entry rest = e;
            unit = loop->params.handler->begin(loop->params.owner, &e);
            assert(unit >= 0 && e.count >= 1 && e.count <= rest.count);
            rest.first += e.count;
            rest.count -= e.count;
            if (rest.count > 0)
                loop_queue_push_front(loop->source, &rest);
        } else if (unit == 0) {
            loop->params.ops->polled(loop, e.from);
        }
        if (unit == 0)
            continue;
        loop->current = e;
        loop->unit_ns = unit;
        loop->total_ns = unit * e.count;
        loop->progress_ns = 0;
        return true;
    }
}

/* Work in planned slots at .. end - 1, counted from the first one left. */
static int64_t slots_ns(const struct event_loop *loop, uint32_t at, uint32_t end)
{
    return loop->plan_ns[loop->plan_at + end] - loop->plan_ns[loop->plan_at + at];
}

/* Plans what comes after the current entry; the work in it. */
static int64_t plan(struct event_loop *loop)
{
    const struct loop_handler *handler = loop->params.handler;
    const struct loop_queue *q = loop->source;
    if (loop->params.unplanned || !handler->plan || loop->current.step == LOOP_POLL)
        return 0;
    if (q->count == 0 || (q != &loop->inside && loop->inside.count > 0) ||
        handler->plan(loop->params.owner, &loop->current, 1, loop->plan_ns) == 0)
        return 0;
    size_t most = loop_queue_unbroken(q, 0);
    loop->plan_at = 0;
    loop->planned = handler->plan(loop->params.owner, loop_queue_at(q, 0),
                                  most < LOOP_PLAN ? (uint32_t)most : LOOP_PLAN, loop->plan_ns);
    return slots_ns(loop, 0, loop->planned);
}

static void finish(struct event_loop *loop)
{
    struct loop_entry e = loop->current;
    if (e.step == LOOP_POLL) {
        loop->iterations++;
        loop->params.ops->polled(loop, e.from);
    } else {
        loop->params.handler->end(loop->params.owner, &e);
    }
}

static void demand(struct event_loop *loop)
{
    loop->asked_ns = loop->total_ns + plan(loop);
    cpu_thread_demand(loop->thread, loop->asked_ns);
}

/* The current range moved on by work_ns from at_ns. */
static void move_on(struct event_loop *loop, int64_t work_ns, int64_t at_ns,
                    int64_t throttled_ns)
{
    struct loop_stretch stretch = { loop->progress_ns, loop->progress_ns + work_ns, at_ns,
                                    throttled_ns };
    if (work_ns > 0 && loop->current.step != LOOP_POLL)
        loop->params.handler->ran(loop->params.owner, &loop->current, &stretch);
    loop->progress_ns += work_ns;
}

/* How many planned slots, but the last one, are over within work_ns? */
static uint32_t slots_within(const struct event_loop *loop, int64_t work_ns)
{
    uint32_t low = 0, high = loop->planned - 1;
    if (slots_ns(loop, 0, high) <= work_ns)
        return high;
    while (low + 1 < high) {
        uint32_t middle = low + (high - low) / 2;
        if (slots_ns(loop, 0, middle) <= work_ns)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* Takes n slots off the source. */
static void skip_slots(struct event_loop *loop, uint32_t n)
{
    loop->planned -= n;
    loop->plan_at += n;
    if (!loop->params.own_costs) {
        loop_queue_skip(loop->source, n);
        return;
    }
    while (n > 0) {
        struct loop_entry *e = loop_queue_at(loop->source, 0);
        uint32_t part = n < e->count ? n : e->count;
        e->first += part;
        e->count -= part;
        if (e->count == 0)
            loop_queue_skip(loop->source, 1);
        n -= part;
    }
}

/* Goes through the planned slots, but the last one, that are over within work_ns from at_ns; the
 * work in them. */
static int64_t pass_planned(struct event_loop *loop, int64_t work_ns, int64_t at_ns,
                            int64_t throttled_ns)
{
    uint32_t n = slots_within(loop, work_ns);
    if (n == 0)
        return 0;
    struct loop_stretch stretch = { 0, slots_ns(loop, 0, n), at_ns, throttled_ns };
    loop->params.handler->passed(loop->params.owner, loop_queue_at(loop->source, 0), n,
                                 &loop->plan_ns[loop->plan_at], &stretch);
    skip_slots(loop, n);
    return stretch.to_ns;
}

static void begin_planned(struct event_loop *loop)
{
    int64_t work_ns = slots_ns(loop, 0, 1);
    loop->current = *loop_queue_at(loop->source, 0);
    loop->current.count = loop->params.own_costs ? 1 : loop->current.count;
    skip_slots(loop, 1);
    loop->unit_ns = loop->params.handler->begin(loop->params.owner, &loop->current);
    loop->total_ns = loop->unit_ns * loop->current.count;
    loop->progress_ns = 0;
    assert(loop->total_ns == work_ns);
    (void)work_ns;
}

/* The thread worked for work_ns from at_ns, without a break: on the current range, then on what
 * was planned after it. */
static void advance(struct event_loop *loop, int64_t work_ns, int64_t at_ns)
{
    int64_t throttled_ns = cpu_thread_throttled_ns(loop->thread);
    while (loop->planned > 0 && work_ns >= loop->total_ns - loop->progress_ns) {
        int64_t left_ns = loop->total_ns - loop->progress_ns;
        move_on(loop, left_ns, at_ns, throttled_ns);
        finish(loop);
        int64_t passed_ns =
            left_ns + pass_planned(loop, work_ns - left_ns, at_ns + left_ns, throttled_ns);
        work_ns -= passed_ns;
        at_ns += passed_ns;
        begin_planned(loop);
    }
    move_on(loop, work_ns, at_ns, throttled_ns);
}

static void loop_ran(struct cpu_thread *thread, void *owner, int64_t from_ns, int64_t to_ns,
                     bool done)
{
    struct event_loop *loop = owner;
    from_ns += loop->synced_ns;
    loop->asked_ns -= to_ns - from_ns + loop->synced_ns;
    loop->synced_ns = 0;
    advance(loop, to_ns - from_ns, from_ns);
    if (!done)
        return;
    assert(loop->progress_ns == loop->total_ns);
    finish(loop);
    if (take_up(loop)) {
        demand(loop);
    } else {
        loop->sleeping = true;
        cpu_thread_sleep(thread);
    }
}

void event_loop_sync(struct event_loop *loop)
{
    if (loop->sleeping)
        return;
    int64_t done = loop->asked_ns - cpu_thread_remaining_ns(loop->thread);
    int64_t news = done - loop->synced_ns;
    loop->synced_ns = done;
    advance(loop, news, loop->sim->now_ns - news);
}

/* Ends the callbacks before the one in progress: the last one, when all are over but its end has
 * not been told. */
static void end_done(struct event_loop *loop)
{
    struct loop_entry done = loop->current;
    uint32_t over = (uint32_t)(loop->progress_ns / loop->unit_ns);
    done.count = over < done.count ? over : done.count - 1;
    if (done.count == 0)
        return;
    loop->current.first += done.count;
    loop->current.count -= done.count;
    loop->total_ns -= loop->unit_ns * done.count;
    loop->progress_ns -= loop->unit_ns * done.count;
    loop->params.handler->end(loop->params.owner, &done);
}

/* Takes the planned slots from the k-th on out of the plan. */
static void unplan(struct event_loop *loop, uint32_t k)
{
    if (k >= loop->planned)
        return;
    int64_t less_ns = slots_ns(loop, k, loop->planned);
    loop->planned = k;
    loop->asked_ns -= less_ns;
    cpu_thread_shorten(loop->thread, less_ns);
}

void event_loop_break(struct event_loop *loop)
{
    event_loop_sync(loop);
    struct loop_entry *e = &loop->current;
    if (loop->sleeping || e->step == LOOP_POLL)
        return;
    end_done(loop);
    struct loop_entry rest = *e;
    rest.first++;
    rest.count--;
    if (rest.count == 0)
        return;
    unplan(loop, 0);
    if (loop->params.handler->put_back)
        loop->params.handler->put_back(loop->params.owner, &rest);
    loop_queue_push_front(loop->source, &rest);
    int64_t less_ns = loop->total_ns - loop->unit_ns;
    e->count = 1;
    loop->total_ns = loop->unit_ns;
    loop->asked_ns -= less_ns;
    cpu_thread_shorten(loop->thread, less_ns);
}

static bool covers(const struct loop_entry *e, uint32_t i)
{
    return i >= e->first && i - e->first < e->count;
}

/* The planned slot of connection i, counted from the first one left; not below `planned`: none. */
static uint32_t slot_of(const struct event_loop *loop, uint32_t i)
{
    uint32_t k = 0;
    for (size_t at = 0; k < loop->planned; at++) {
        const struct loop_entry *e = loop_queue_at(loop->source, at);
        if (covers(e, i))
            return loop->params.own_costs ? k + (i - e->first) : k;
        k += loop->params.own_costs ? e->count : 1;
    }
    return k;
}

void event_loop_split(struct event_loop *loop, uint32_t i)
{
    event_loop_sync(loop);
    unplan(loop, slot_of(loop, i));
    if (!loop->sleeping && covers(&loop->current, i))
        event_loop_break(loop);
}

void event_loop_init(struct event_loop *loop, struct simulation *sim, struct cpu_group *group,
                     int cpu, const struct event_loop_params *params)
{
    memset(loop, 0, sizeof *loop);
    loop->sim = sim;
    loop->params = *params;
    loop->sleeping = true;
    loop->thread = cpu_thread_new(group, cpu, loop_ran, loop);
}

void event_loop_close(struct event_loop *loop)
{
    struct loop_queue *all[] = { &loop->inbox, &loop->accepts, &loop->timers, &loop->closes,
                                 &loop->ready, &loop->later,   &loop->inside, &loop->flush };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        loop_queue_close(all[i]);
    memset(loop, 0, sizeof *loop);
}

/* Nobody works off what the thread was at: but for a nanosecond, in which it finds nothing more. */
static void stop_working(struct event_loop *loop)
{
    int64_t left_ns = cpu_thread_remaining_ns(loop->thread);
    if (loop->sleeping || left_ns <= 1)
        return;
    loop->asked_ns -= left_ns - 1;
    loop->total_ns -= left_ns - 1;
    cpu_thread_shorten(loop->thread, left_ns - 1);
}

void event_loop_clear(struct event_loop *loop)
{
    struct loop_queue *all[] = { &loop->inbox, &loop->accepts, &loop->timers, &loop->closes,
                                 &loop->ready, &loop->later,   &loop->inside, &loop->flush };
    assert(loop->sleeping || loop->current.count == 1);
    unplan(loop, 0);
    stop_working(loop);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        all[i]->count = 0;
    loop->current = loop_poll_entry(loop, 0);
}

void event_loop_post(struct event_loop *loop, enum loop_source source,
                     const struct loop_entry *entry)
{
    struct loop_queue *queues[] = { [SOURCE_IO] = &loop->inbox,
                                    [SOURCE_ACCEPT] = &loop->accepts,
                                    [SOURCE_TIMER] = &loop->timers,
                                    [SOURCE_CLOSE] = &loop->closes };
    loop_queue_push(queues[source], entry);
    if (loop->sleeping && take_up(loop)) {
        loop->sleeping = false;
        demand(loop);
    }
}

void event_loop_ready(struct event_loop *loop, const struct loop_entry *entry)
{
    queue_range(loop, &loop->later, entry);
}

void event_loop_inside(struct event_loop *loop, const struct loop_entry *entry)
{
    queue_range(loop, &loop->inside, entry);
}

void event_loop_flush(struct event_loop *loop, const struct loop_entry *entry)
{
    queue_range(loop, &loop->flush, entry);
}

void event_loop_visit(const struct event_loop *loop, loop_visit_fn *visit, void *arg)
{
    const struct loop_queue *all[] = { &loop->inbox,  &loop->accepts, &loop->timers,
                                       &loop->closes, &loop->ready,   &loop->later,
                                       &loop->inside, &loop->flush };
    if (!loop->sleeping && loop->current.step != LOOP_POLL)
        visit(arg, &loop->current, true, loop->progress_ns);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        for (size_t k = 0; k < all[i]->count; k++)
            visit(arg, loop_queue_at(all[i], k), false, 0);
}

uint32_t loop_stretch_ends(const struct loop_stretch *stretch, int64_t unit_ns,
                           int64_t offset_ns, uint32_t *first, int64_t *first_ns)
{
    /* callbacks that ended at or before a progress p: 0 when p < offset, else (p - offset)/unit+1 */
    int64_t before =
        stretch->from_ns < offset_ns ? 0 : (stretch->from_ns - offset_ns) / unit_ns + 1;
    int64_t after = stretch->to_ns < offset_ns ? 0 : (stretch->to_ns - offset_ns) / unit_ns + 1;
    *first = (uint32_t)before;
    *first_ns = stretch->at_ns + before * unit_ns + offset_ns - stretch->from_ns;
    return (uint32_t)(after - before);
}
