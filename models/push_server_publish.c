/* push_server_publish.c - a publish's way through a worker: over one of the publisher's
 * connections into its socket, its turn among those that a poll finds, its callback, every
 * subscriber's queue.
 */
#include "models/push_server_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sim/error.h"

/* -- its connection ------------------------------------------------------------------------ */

void push_publish_init(struct push_server *s)
{
    size_t publishers = (size_t)s->p->workload.publishers;
    ready_list_init(&s->readable, (uint32_t)publishers);
    s->unanswered = mem_alloc((publishers + 1) * sizeof *s->unanswered);
    memset(s->unanswered, 0, (publishers + 1) * sizeof *s->unanswered);
}

void push_publish_close(struct push_server *s)
{
    ready_list_close(&s->readable);
    free(s->unanswered);
}

/* The one with the fewest unanswered requests, the first of them. */
static uint32_t connection_for_next(const struct push_server *s)
{
    uint32_t best = 0;
    for (uint32_t c = 1; c < s->p->workload.publishers; c++)
        if (s->unanswered[c] < s->unanswered[best])
            best = c;
    return best;
}

static void post_publish(struct push_server *s)
{
    struct loop_entry e = { .count = 1, .from = s->posted++, .step = STEP_PUBLISH };
    event_loop_post(&s->loop, SOURCE_IO, &e);
}

/* Publish `from` moves before publish `to` <= from; what lies between is one place further back. */
static void move_publish(struct push_server *s, uint32_t to, uint32_t from)
{
    struct publish_record moved = s->publishes[from];
    memmove(&s->publishes[to + 1], &s->publishes[to], (from - to) * sizeof moved);
    s->publishes[to] = moved;
}

/* The newest one. A connection's next request is looked at when the one before is answered: the
 * others wait in the sockets, where no queue's bound counts them. */
static void take_connection(struct push_server *s)
{
    uint32_t m = s->arrived - 1, c = connection_for_next(s);
    s->publishes[m].connection = c;
    if (s->unanswered[c]++ > 0 && s->p->workload.publishers > 0)
        return;
    move_publish(s, s->posted, m);
    post_publish(s);
}

static void answer(struct push_server *s, uint32_t connection)
{
    uint32_t m = s->posted;
    if (--s->unanswered[connection] == 0 || s->p->workload.publishers == 0)
        return;
    while (m < s->arrived && s->publishes[m].connection != connection)
        m++;
    assert(m < s->arrived);
    move_publish(s, s->posted, m);
    post_publish(s);
}

/* How many of the publishes that wait for their turn does the poll find? */
static uint32_t found_by_poll(const struct push_server *s, const struct loop_queue *inbox,
                              size_t fds)
{
    uint32_t n = 0;
    for (size_t i = 0; i < fds && n < s->posted - s->tail; i++)
        n += loop_queue_at(inbox, i)->step == STEP_PUBLISH;
    return n;
}

/* They are numbered in the order in which the poll tells them. */
void push_publish_polled(void *owner, const struct loop_queue *inbox, size_t fds)
{
    struct push_server *s = owner;
    if (s->p->workload.publishers == 0 || (s->posted == s->tail && s->readable.count == 0))
        return;
    uint32_t end = s->tail + found_by_poll(s, inbox, fds);
    for (uint32_t m = s->tail; m < end; m++)
        ready_list_add(&s->readable, s->publishes[m].connection);
    ready_list_wait(&s->readable);
    assert(s->readable.count == end - s->tail);
    for (uint32_t k = 0, m; k < s->readable.count; k++) {
        for (m = s->tail + k; s->publishes[m].connection != s->readable.listed[k]; m++)
            ;
        move_publish(s, s->tail + k, m);
    }
}

/* -- its turn ------------------------------------------------------------------------------ */

/* Of a publish to its last write, when all code is compiled. */
static double publish_work(const struct push_server *s, double hearers)
{
    double passes =
        fmax((double)s->p->server.hops, 1); /* the write's own is there without hops */
    double each_ns = s->p->cost.enqueue_ns + passes * s->costs->wake_ns + s->costs->item_ns +
                     s->costs->write_ns + (s->p->server.hops == 0 ? s->costs->settle_ns : 0);
    return s->p->cost.publish_ns + hearers * each_ns;
}

/* Bytes are copied by no code of the program's own: they are no work that compiles it. */
static double copy_work(const struct push_server *s, double hearers, int64_t bytes)
{
    return hearers * (s->costs->item_kib_ns + s->costs->write_kib_ns) * (double)bytes / 1024;
}

void push_publish_cold(struct push_server *s)
{
    const struct cost_params *cost = &s->p->cost;
    s->code = (struct code_warmth){
        .excess = cost->code_excess,
        .work_ns = cost->code_work_ns,
        .stages = (int)cost->code_stages,
        .first_ns = cost->code_first_ns,
        .connection_ns = cost->code_connection_ns,
        .parse_ns = cost->code_parse_ns,
        .compile_ns = cost->code_compile_ns,
    };
    if (cost->code_late)
        code_warmth_split(&s->code, s->p->server.protocol, cost->code_compile_ns);
}

/* Whether what is open is enough for the heap to be marked. */
static bool marked(const struct push_server *s)
{
    return s->costs->kept_bytes * s->connections.open >= s->p->cost.mark_bytes;
}

/* Its code as far as it is compiled by now, its connections as far as they have been written to. */
static void warm_up(struct push_server *s, struct publish_record *p)
{
    struct code_warmth *code = &s->code;
    if (code->excess == 0 && code->compile_ns == 0 && code->parse_ns == 0 &&
        code->first_ns == 0 && code->connection_ns == 0)
        return;
    double hearers = (double)push_server_hearers(s, p->topic);
    double work_ns = publish_work(s, hearers);
    double whole_ns = fmax(work_ns + copy_work(s, hearers, p->bytes), 1);
    p->parse_ns = code->done_ns > 0 ? 0 : push_cost(code->parse_ns, 1);
    double left_ns = (double)code_compiler_left_ns(&s->compiler);
    code_compiler_work(&s->compiler, push_cost(code_warmth_compiled(code, work_ns), 1));
    double marking = marked(s) ? hearers : 0;
    /* what is in the compiler's hands makes the loop slow; nothing waits for what comes late */
    double beside_ns = code_warmth_collected(code, marking) + code_warmth_late(code, hearers);
    code_compiler_work(&s->collector, push_cost(beside_ns, 1));
    double share = code_warmth_first(code, marking) / whole_ns;
    p->factor *= code_warmth_factor(code, work_ns, left_ns) + share;
}

int64_t push_publish_begin(struct push_server *s, const struct loop_entry *e)
{
    struct publish_record *p = &s->publishes[e->from];
    p->started_ns = s->sim->now_ns;
    p->off_ns = cpu_thread_off_ns(s->loop.thread);
    p->started_throttled_ns = cpu_thread_throttled_ns(s->loop.thread);
    warm_up(s, p);
    uint64_t queues =
        s->p->server.fan_out == FAN_OUT_SHARED ? 1 : push_server_hearers(s, p->topic);
    return push_positive(p->parse_ns + push_cost(s->p->cost.publish_ns, p->factor) +
                         (int64_t)queues * push_cost(s->p->cost.enqueue_ns, p->factor));
}

/* Message m for n connections in the same state. */
static void enqueue(struct push_server *s, uint32_t first, uint32_t n, uint32_t m)
{
    uint8_t state = s->connections.state[first];
    bool ready = (state & CONNECTION_PHASE_MASK) == CONNECTION_READY;
    meter_due(s->meter, s->base + first, n);
    if ((state & CONNECTION_OWN) || ((state & CONNECTION_SLOW) && !ready)) {
        for (uint32_t i = first; i < first + n; i++)
            push_slow_enqueue(s, i, m);
    } else if (!ready) {
        connections_set_phase(&s->connections, first, n, CONNECTION_READY);
        push_server_wake(s, first, n, m, 0);
        s->woken += n;
    }
}

/* The message is in every subscriber's queue; the waiting ones are made ready. */
void push_publish_end(struct push_server *s, const struct loop_entry *e)
{
    struct connections *c = &s->connections;
    struct publish_record *p = &s->publishes[e->from];
    assert(s->tail == e->from);
    p->handled_ns = s->sim->now_ns;
    p->handled_throttled_ns = cpu_thread_throttled_ns(s->loop.thread);
    push_server_append(s, e->from);
    s->tail++;
    answer(s, p->connection);
    s->woken = 0;
    bool queues = s->p->server.fan_out == FAN_OUT_QUEUES;
    for (uint32_t i = 0, n; queues && i < c->used; i += n) {
        n = push_topic_run(s, i, c->used - i);
        if (connections_phase(c, i) >= CONNECTION_WAITING && push_topic_hears(s, i, e->from))
            enqueue(s, i, n, push_server_tail(s, i) - 1);
    }
    push_full_check(s);
    push_gc_woke(s, s->woken, e->from);
    push_settle_after(s, e->from);
    push_fan_go(s);
}

/* -- from outside -------------------------------------------------------------------------- */

void push_server_publish(struct push_server *s, const struct publish_record *record)
{
    assert(s->arrived < s->publish_count);
    struct publish_record *p = &s->publishes[s->arrived];
    *p = *record;
    p->number = s->arrived++;
    p->arrived_ns = s->sim->now_ns;
    p->arrived_throttled_ns = cpu_thread_throttled_ns(s->loop.thread);
    p->started_ns = p->handled_ns = p->first_ns = p->last_ns = -1;
    take_connection(s);
}

void push_server_skip(struct push_server *s, const struct publish_record *record)
{
    assert(s->arrived < s->publish_count && s->tail == s->arrived);
    s->publishes[s->arrived] = *record;
    s->publishes[s->arrived].number = s->arrived;
    s->posted = ++s->arrived;
    push_server_append(s, s->tail++);
}

void push_publish_forget(struct push_server *s)
{
    s->posted = s->arrived;
    memset(s->unanswered, 0, ((size_t)s->p->workload.publishers + 1) * sizeof *s->unanswered);
    ready_list_clear(&s->readable);
}
