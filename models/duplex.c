#include "models/duplex.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/error.h"

void duplex_book_init(struct duplex_book *b)
{
    memset(b, 0, sizeof *b);
    histogram_init(&b->roundtrip);
    histogram_init(&b->second);
}

void duplex_book_close(struct duplex_book *b)
{
    histogram_close(&b->roundtrip);
    histogram_close(&b->second);
}

void duplex_init(struct duplex *d, const struct duplex_params *p, bool own_connection,
                 uint32_t clients, uint32_t messages, struct run_record *record)
{
    *d = (struct duplex){
        .p = p, .own_connection = own_connection, .capacity = messages, .record = record
    };
    if (messages == 0)
        return;
    d->messages = mem_alloc(messages * sizeof *d->messages);
    d->first = mem_alloc((clients + (size_t)1) * sizeof *d->first);
    memset(d->first, 0xff, (clients + (size_t)1) * sizeof *d->first);
    duplex_book_init(&d->all);
}

void duplex_close(struct duplex *d)
{
    free(d->messages);
    free(d->first);
    if (d->capacity > 0)
        duplex_book_close(&d->all);
    memset(d, 0, sizeof *d);
}

uint32_t duplex_send(struct duplex *d, uint32_t client, int64_t planned_ns, int64_t bytes,
                     bool measured)
{
    assert(d->count < d->capacity);
    d->messages[d->count] = (struct duplex_message){ .planned_ns = planned_ns,
                                                     .bytes = bytes,
                                                     .client = client,
                                                     .next = d->first[client],
                                                     .measured = measured };
    d->first[client] = d->count;
    d->all.sent++;
    return d->count++;
}

void duplex_not_sent(struct duplex *d)
{
    d->unsent++;
}

void duplex_enter(struct duplex *d, uint32_t message, struct duplex_book *book)
{
    d->messages[message].book = book;
    book->sent++;
}

/* A client has few messages under way at a time. */
static void finish(struct duplex *d, uint32_t message)
{
    struct duplex_message *m = &d->messages[message];
    uint32_t *link = &d->first[m->client];
    while (*link != message)
        link = &d->messages[*link].next;
    *link = m->next;
    m->state = DUPLEX_OVER;
}

static void book_answer(struct duplex_book *b, const struct duplex_message *m, int64_t now_ns)
{
    b->answered++;
    histogram_add(&b->second, now_ns - m->planned_ns, 1);
    if (m->measured)
        histogram_add(&b->roundtrip, now_ns - m->planned_ns, 1);
}

void duplex_answered(struct duplex *d, uint32_t message, int64_t now_ns)
{
    const struct duplex_message *m = &d->messages[message];
    if (m->state == DUPLEX_OVER)
        return;
    finish(d, message);
    book_answer(&d->all, m, now_ns);
    if (m->book)
        book_answer(m->book, m, now_ns);
}

void duplex_lose(struct duplex *d, uint32_t message, enum disconnect_cause cause)
{
    const struct duplex_message *m = &d->messages[message];
    if (m->state == DUPLEX_OVER)
        return;
    finish(d, message);
    d->all.lost[cause]++;
    if (m->book)
        m->book->lost[cause]++;
}

void duplex_disconnected(struct duplex *d, uint32_t client, enum disconnect_cause cause)
{
    bool all_over = d->own_connection || cause == DISCONNECT_CLIENT_LEFT ||
                    cause == DISCONNECT_NETWORK || cause == DISCONNECT_SERVER_KILLED ||
                    cause == DISCONNECT_SERVER_STOPPED;
    while (d->capacity > 0 && all_over && d->first[client] != DUPLEX_NONE)
        duplex_lose(d, d->first[client], cause);
}

void duplex_unread(struct duplex *d, uint32_t message, uint32_t ahead)
{
    struct duplex_message *m = &d->messages[message];
    if (m->state == DUPLEX_OVER)
        return;
    m->state = DUPLEX_UNREAD;
    m->ahead = ahead;
}

void duplex_read(struct duplex *d, uint32_t client, uint32_t n, int64_t now_ns)
{
    for (uint32_t i = d->first[client], next; i != DUPLEX_NONE; i = next) {
        struct duplex_message *m = &d->messages[i];
        next = m->next;
        if (m->state != DUPLEX_UNREAD)
            continue;
        m->ahead -= n < m->ahead ? n : m->ahead;
        if (m->ahead == 0)
            duplex_answered(d, i, now_ns);
    }
}

/* -- what it comes to ---------------------------------------------------------------------- */

static uint64_t lost_total(const struct duplex_book *b)
{
    uint64_t lost = 0;
    for (int i = 0; i < DISCONNECT_CAUSES; i++)
        lost += b->lost[i];
    return lost;
}

static uint64_t in_flight(const struct duplex_book *b)
{
    return b->sent - b->answered - lost_total(b);
}

uint64_t duplex_in_flight(const struct duplex *d)
{
    return in_flight(&d->all);
}

void duplex_book_series(struct duplex_book *b, int64_t now_ns, struct run_record *record)
{
    const struct histogram *h = &b->second;
    if (h->count == 0)
        return;
    run_record_point(record, "roundtrip.p50", now_ns, histogram_quantile(h, 0.5) / 1e9);
    run_record_point(record, "roundtrip.p95", now_ns, histogram_quantile(h, 0.95) / 1e9);
    run_record_point(record, "roundtrip.p99", now_ns, histogram_quantile(h, 0.99) / 1e9);
    run_record_point(record, "messages.answered", now_ns,
                     (double)(b->answered - b->answered_before));
    b->answered_before = b->answered;
    histogram_clear(&b->second);
}

void duplex_series(struct duplex *d, int64_t now_ns)
{
    if (d->capacity > 0)
        duplex_book_series(&d->all, now_ns, d->record);
}

static void report_latency(const struct histogram *h, struct run_record *r)
{
    const struct {
        const char *name;
        double ns;
    } figures[] = {
        { "roundtrip.p50", histogram_quantile(h, 0.5) },
        { "roundtrip.p95", histogram_quantile(h, 0.95) },
        { "roundtrip.p99", histogram_quantile(h, 0.99) },
        { "roundtrip.p999", histogram_quantile(h, 0.999) },
        { "roundtrip.mean", histogram_mean(h) },
        { "roundtrip.max", h->count > 0 ? (double)h->max : NAN },
    };
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        run_record_metric(r, figures[i].name, "s", figures[i].ns / 1e9);
    run_record_histogram(r, "roundtrip", h);
}

/* Counted one by one: those that are not over are in flight. */
static void check(const struct duplex *d)
{
    uint64_t under_way = 0;
    for (uint32_t i = 0; i < d->count; i++)
        under_way += d->messages[i].state != DUPLEX_OVER;
    assert(under_way == duplex_in_flight(d));
    (void)under_way;
}

void duplex_book_report(const struct duplex_book *b, struct run_record *r)
{
    report_latency(&b->roundtrip, r);
    run_record_metric(r, "messages.sent", "1", (double)b->sent);
    run_record_metric(r, "messages.answered", "1", (double)b->answered);
    run_record_metric(r, "messages.in_flight", "1", (double)in_flight(b));
    run_record_metric(r, "messages.lost", "1", (double)lost_total(b));
    for (int i = 0; i < DISCONNECT_CAUSES; i++) {
        char name[48];
        snprintf(name, sizeof name, "messages.lost.%s", disconnect_cause_name(i));
        run_record_metric(r, name, "1", (double)b->lost[i]);
    }
}

void duplex_report(const struct duplex *d)
{
    if (d->capacity == 0)
        return;
    check(d);
    duplex_book_report(&d->all, d->record);
    run_record_metric(d->record, "messages.unsent", "1", (double)d->unsent);
}
