#include "models/class_tally.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/error.h"

void class_tally_init(struct class_tally *t, int classes, uint32_t connections)
{
    *t = (struct class_tally){ .classes = classes > 1 ? classes : 0 };
    for (int c = 0; c < t->classes; c++)
        histogram_init(&t->figures[c].delivery);
    if (t->classes > 0 && connections > 0)
        t->of = mem_alloc(connections);
}

void class_tally_close(struct class_tally *t)
{
    for (int c = 0; c < t->classes; c++)
        histogram_close(&t->figures[c].delivery);
    free(t->of);
    *t = (struct class_tally){ 0 };
}

void class_tally_merge(struct class_tally *into, const struct class_tally *from)
{
    assert(into->classes == from->classes);
    for (int c = 0; c < from->classes; c++) {
        struct class_figures *sum = &into->figures[c];
        const struct class_figures *more = &from->figures[c];
        histogram_merge(&sum->delivery, &more->delivery);
        sum->delivered += more->delivered;
        sum->dropped += more->dropped;
        sum->lost += more->lost;
    }
}

void class_tally_seat(struct class_tally *t, uint32_t connection, int klass)
{
    if (t->of)
        t->of[connection] = (uint8_t)klass;
}

/* How many of the n connections from the first on are of its class. */
static uint32_t alike(const struct class_tally *t, uint32_t connection, uint32_t n)
{
    uint32_t k = 1;
    while (k < n && t->of[connection + k] == t->of[connection])
        k++;
    return k;
}

static void add_progression(struct histogram *h, int64_t first_ns, int64_t step_ns, uint32_t n)
{
    struct histogram_share share;
    struct histogram_progression p = { first_ns, step_ns, n };
    while (p.left > 0)
        histogram_add_shares(h, &share, histogram_cut(&p, &share, 1));
}

void class_tally_deliver(struct class_tally *t, uint32_t connection, uint32_t n, bool measured,
                         int64_t first_ns, int64_t step_ns)
{
    for (uint32_t i = 0, k; i < n; i += k) {
        struct class_figures *f = &t->figures[t->of[connection + i]];
        k = alike(t, connection + i, n - i);
        f->delivered += k;
        if (measured)
            add_progression(&f->delivery, first_ns + i * step_ns, step_ns, k);
    }
}

void class_tally_deliver_at(struct class_tally *t, uint32_t connection, uint32_t n,
                            bool measured, int64_t shift_ns, const int64_t *at_ns)
{
    for (uint32_t i = 0; i < n; i++) {
        struct class_figures *f = &t->figures[t->of[connection + i]];
        f->delivered++;
        if (measured)
            histogram_add(&f->delivery, shift_ns + at_ns[i], 1);
    }
}

void class_tally_drop(struct class_tally *t, uint32_t connection, uint32_t n, int64_t messages)
{
    for (uint32_t i = 0, k; i < n; i += k) {
        k = alike(t, connection + i, n - i);
        t->figures[t->of[connection + i]].dropped += (uint64_t)(k * messages);
    }
}

void class_tally_lose(struct class_tally *t, uint32_t connection, uint32_t n, uint64_t messages)
{
    for (uint32_t i = 0, k; i < n; i += k) {
        k = alike(t, connection + i, n - i);
        t->figures[t->of[connection + i]].lost += k * messages;
    }
}

const char *class_tally_name(int klass)
{
    static const char *const names[] = { "clients", "slow",  "third",   "fourth",
                                         "fifth",   "sixth", "seventh", "eighth" };
    assert(klass >= 0 && (size_t)klass < sizeof names / sizeof *names);
    return names[klass];
}

static void report_one(int klass, const char *figure, const char *unit, double value,
                       struct run_record *record)
{
    char name[48];
    snprintf(name, sizeof name, "class.%s.%s", class_tally_name(klass), figure);
    run_record_metric(record, name, unit, value);
}

void class_tally_report(const struct class_tally *t, struct run_record *record)
{
    for (int c = 0; c < t->classes; c++) {
        const struct class_figures *f = &t->figures[c];
        report_one(c, "delivery.p50", "s", histogram_quantile(&f->delivery, 0.50) / 1e9,
                   record);
        report_one(c, "delivery.p95", "s", histogram_quantile(&f->delivery, 0.95) / 1e9,
                   record);
        report_one(c, "delivery.p99", "s", histogram_quantile(&f->delivery, 0.99) / 1e9,
                   record);
        report_one(c, "delivered", "1", (double)f->delivered, record);
        report_one(c, "dropped", "1", (double)f->dropped, record);
        report_one(c, "lost", "1", (double)f->lost, record);
    }
}
