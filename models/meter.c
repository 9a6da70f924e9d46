#include "models/meter_internal.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/fan_out.h"
#include "sim/error.h"

void meter_init(struct meter *m, const struct network_params *network, uint32_t connections,
                struct run_record *record)
{
    memset(m, 0, sizeof *m);
    m->publish_delay_ns = network->publish_ns;
    m->delivery_delay_ns = network->delivery_ns;
    m->connections = connections;
    m->balance = mem_alloc((connections + (size_t)1) * sizeof *m->balance);
    m->block = mem_alloc((connections / METER_BLOCK + (size_t)1) * sizeof *m->block);
    m->record = record;
    histogram_init(&m->delivery);
    histogram_init(&m->replay);
    histogram_init(&m->depth);
    histogram_init(&m->depth_now);
    histogram_init(&m->beat);
    for (int i = 0; i < METER_WINDOWS; i++)
        histogram_init(&m->window[i]);
    blame_init(&m->blame);
}

void meter_tell_classes(struct meter *m, int classes)
{
    class_tally_init(&m->classes, classes, m->connections);
}

void meter_close(struct meter *m)
{
    histogram_close(&m->delivery);
    histogram_close(&m->replay);
    histogram_close(&m->depth);
    histogram_close(&m->depth_now);
    histogram_close(&m->beat);
    for (int i = 0; i < METER_WINDOWS; i++)
        histogram_close(&m->window[i]);
    blame_close(&m->blame);
    class_tally_close(&m->classes);
    free(m->balance);
    free(m->block);
    m->balance = m->block = NULL;
}

void meter_merge(struct meter *into, const struct meter *from)
{
    into->due += from->due;
    into->delivered += from->delivered;
    into->dropped += from->dropped;
    into->recalled += from->recalled;
    for (int i = 0; i < METER_REPLAYS; i++)
        into->replayed[i] += from->replayed[i];
    for (int i = 0; i < METER_LOSSES; i++)
        into->lost[i] += from->lost[i];
    histogram_merge(&into->delivery, &from->delivery);
    histogram_merge(&into->replay, &from->replay);
    histogram_merge(&into->depth, &from->depth);
    histogram_merge(&into->depth, &from->depth_now);
    histogram_merge(&into->beat, &from->beat);
    blame_merge(&into->blame, &from->blame);
    class_tally_merge(&into->classes, &from->classes);
    into->depth_max = from->depth_max > into->depth_max ? from->depth_max : into->depth_max;
    into->last_ns = from->last_ns > into->last_ns ? from->last_ns : into->last_ns;
}

void meter_settle(struct meter *m, uint32_t connection, uint32_t n, int32_t messages)
{
    assert(connection + n <= m->connections);
    m->reach = connection + n > m->reach ? connection + n : m->reach;
    m->balance[connection] -= messages;
    m->block[connection / METER_BLOCK] -= messages;
    m->balance[connection + n] += messages;
    m->block[(connection + n) / METER_BLOCK] += messages;
}

void meter_due(struct meter *m, uint32_t connection, uint32_t n)
{
    m->due += n;
    meter_settle(m, connection, n, -1);
}

void meter_drop(struct meter *m, uint32_t connection, uint32_t n, int64_t messages)
{
    if (messages == 0)
        return;
    m->dropped += (uint64_t)(n * messages);
    if (class_tally_on(&m->classes))
        class_tally_drop(&m->classes, connection, n, messages);
    meter_settle(m, connection, n, (int32_t)messages);
}

void meter_lose(struct meter *m, unsigned cause, uint32_t connection, uint32_t n,
                uint64_t messages)
{
    m->lost[cause] += n * messages;
    if (class_tally_on(&m->classes))
        class_tally_lose(&m->classes, connection, n, messages);
    meter_settle(m, connection, n, (int32_t)messages);
}

void meter_recall(struct meter *m, uint32_t connection, uint32_t n)
{
    m->recalled += n;
    meter_settle(m, connection, 1, -(int32_t)n);
}

void meter_replay(struct meter *m, enum meter_replay kind, uint32_t connection,
                  const struct publish_record *publish, int64_t at_ns)
{
    m->replayed[kind]++;
    meter_settle(m, connection, 1, 1);
    if (kind >= METER_REPLAYED_LOST && publish->measured)
        histogram_add(&m->replay, at_ns - publish->planned_ns, 1);
}

uint64_t meter_replayed(const struct meter *m)
{
    uint64_t replayed = 0;
    for (int i = 0; i < METER_REPLAYS; i++)
        replayed += m->replayed[i];
    return replayed;
}

const char *meter_replay_name(enum meter_replay kind)
{
    static const char *const names[METER_REPLAYS] = {
        [METER_REPLAYED_STORED] = "stored",
        [METER_REPLAYED_AGAIN] = "again",
        [METER_REPLAYED_LOST] = "lost",
        [METER_REPLAYED_AWAY] = "away",
    };
    return names[kind];
}

void meter_hold(struct meter *m, uint32_t connection, uint32_t n, uint64_t messages)
{
    m->held += n * messages;
    meter_settle(m, connection, n, (int32_t)messages);
}

uint64_t meter_lost(const struct meter *m)
{
    uint64_t lost = 0;
    for (int i = 0; i < METER_LOSSES; i++)
        lost += m->lost[i];
    return lost;
}

int64_t meter_balance(const struct meter *m, uint32_t connection)
{
    int64_t balance = 0;
    uint32_t blocks = connection / METER_BLOCK;
    for (uint32_t i = 0; i < blocks; i++)
        balance += m->block[i];
    for (uint32_t i = blocks * METER_BLOCK; i <= connection; i++)
        balance += m->balance[i];
    return balance;
}

uint64_t meter_in_flight(const struct meter *m)
{
    return m->due + m->recalled - m->delivered - meter_replayed(m) - m->dropped - meter_lost(m);
}

void meter_beat(struct meter *m, int64_t late_ns)
{
    histogram_add(&m->beat, late_ns, 1);
}

void meter_depth(struct meter *m, int64_t depth, uint64_t n)
{
    histogram_add(&m->depth_now, depth, n);
    if (n > 0 && depth > m->depth_max)
        m->depth_max = depth;
}

void meter_close_depths(struct meter *m, struct histogram *into)
{
    if (into)
        histogram_merge(into, &m->depth_now);
    histogram_merge(&m->depth, &m->depth_now);
    histogram_clear(&m->depth_now);
}

void meter_depth_points(const struct histogram *depths, int64_t now_ns,
                        struct run_record *record)
{
    if (depths->count == 0)
        return;
    run_record_point(record, "queue.depth.p99", now_ns, histogram_quantile(depths, 0.99));
    run_record_point(record, "queue.depth.max", now_ns, (double)depths->max);
}

void publish_record_merge(struct publish_record *into, const struct publish_record *from)
{
    if (from->delivered == 0)
        return;
    if (into->delivered == 0 || from->first_ns < into->first_ns)
        into->first_ns = from->first_ns;
    if (from->last_ns > into->last_ns)
        into->last_ns = from->last_ns;
    into->delivered += from->delivered;
}

void meter_latency_points(const struct histogram *h, int64_t at_ns, struct run_record *record)
{
    if (h->count == 0)
        return;
    run_record_point(record, "delivery.p50", at_ns, histogram_quantile(h, 0.5) / 1e9);
    run_record_point(record, "delivery.p95", at_ns, histogram_quantile(h, 0.95) / 1e9);
    run_record_point(record, "delivery.p99", at_ns, histogram_quantile(h, 0.99) / 1e9);
    run_record_point(record, "delivery.p999", at_ns, histogram_quantile(h, 0.999) / 1e9);
}

void meter_close_windows(struct meter *m, int64_t now_ns)
{
    m->late_p95_s = m->late_p99_s = NAN;
    for (; m->window_start_ns + METER_WINDOW_NS <= now_ns;
         m->window_start_ns += METER_WINDOW_NS) {
        struct histogram *h = &m->window[m->window_start_ns / METER_WINDOW_NS % METER_WINDOWS];
        if (h->count == 0)
            continue;
        m->late_p95_s = fmax(m->late_p95_s, histogram_quantile(h, 0.95) / 1e9);
        m->late_p99_s = fmax(m->late_p99_s, histogram_quantile(h, 0.99) / 1e9);
        meter_latency_points(h, m->window_start_ns + METER_WINDOW_NS, m->record);
        histogram_clear(h);
    }
}

void meter_take_windows(struct meter *m, int64_t now_ns, struct histogram *into)
{
    for (; m->window_start_ns + METER_WINDOW_NS <= now_ns;
         m->window_start_ns += METER_WINDOW_NS) {
        struct histogram *h = &m->window[m->window_start_ns / METER_WINDOW_NS % METER_WINDOWS];
        histogram_merge(into, h);
        histogram_clear(h);
    }
}

void meter_check(const struct meter *m)
{
    int64_t unsettled = 0;
    for (uint32_t i = 0; i < m->reach; i++) {
        unsettled += m->balance[i];
        if (unsettled != 0)
            error_fault("messages do not sum: connection %" PRIu32 " has %" PRId64
                        " that are neither settled nor held",
                        i, unsettled);
    }
    if (m->held != meter_in_flight(m))
        error_fault("messages do not sum: %" PRIu64 " in flight, %" PRIu64 " held",
                    meter_in_flight(m), m->held);
}

static void report_latency(struct meter *m)
{
    static const struct {
        const char *name;
        double q;
    } quantiles[] = { { "delivery.p50", 0.5 },
                      { "delivery.p95", 0.95 },
                      { "delivery.p99", 0.99 },
                      { "delivery.p999", 0.999 } };
    for (size_t i = 0; i < sizeof quantiles / sizeof *quantiles; i++)
        run_record_metric(m->record, quantiles[i].name, "s",
                          histogram_quantile(&m->delivery, quantiles[i].q) / 1e9);
    double count = (double)m->delivery.count;
    double total_ns =
        count > 0 ? blame_total_ns(&m->blame, m->delivery.min, m->delivery.max) : NAN;
    double mean = total_ns / count / 1e9;
    run_record_metric(m->record, "delivery.mean", "s", mean);
    double max = count > 0 ? (double)m->delivery.max / 1e9 : NAN;
    run_record_metric(m->record, "delivery.max", "s", max);
    run_record_histogram(m->record, "delivery", &m->delivery);
}

static void report_blame(struct meter *m)
{
    double all[BLAME_PARTS], tail[BLAME_PARTS];
    double p99 = histogram_quantile(&m->delivery, 0.99);
    bool none = m->delivery.count == 0;
    int64_t max_ns = none ? 0 : m->delivery.max;
    blame_shares(&m->blame, none ? 0 : m->delivery.min, max_ns, all);
    blame_shares(&m->blame, none ? 0 : (int64_t)p99, max_ns, tail);
    for (int i = 0; i < BLAME_PARTS; i++) {
        char name[48];
        snprintf(name, sizeof name, "blame.%s.all", blame_part_name(i));
        run_record_metric(m->record, name, "1", all[i]);
        snprintf(name, sizeof name, "blame.%s.tail", blame_part_name(i));
        run_record_metric(m->record, name, "1", tail[i]);
    }
}

static void report_replays(struct meter *m)
{
    struct run_record *r = m->record;
    run_record_metric(r, "recalled", "1", (double)m->recalled);
    run_record_metric(r, "replayed", "1", (double)meter_replayed(m));
    for (int i = 0; i < METER_REPLAYS; i++) {
        char name[48];
        snprintf(name, sizeof name, "replayed.%s", meter_replay_name(i));
        run_record_metric(r, name, "1", (double)m->replayed[i]);
    }
    run_record_metric(r, "replayed.p50", "s", histogram_quantile(&m->replay, 0.5) / 1e9);
    run_record_metric(r, "replayed.p99", "s", histogram_quantile(&m->replay, 0.99) / 1e9);
    run_record_metric(r, "replayed.max", "s",
                      m->replay.count > 0 ? (double)m->replay.max / 1e9 : NAN);
    if (m->replay.count > 0)
        run_record_histogram(r, "replayed", &m->replay);
}

void meter_report(struct meter *m, uint64_t unhandled)
{
    struct run_record *r = m->record;
    meter_close_depths(m, NULL);
    report_latency(m);
    report_blame(m);
    run_record_metric(r, "published", "1", (double)m->published);
    run_record_metric(r, "due", "1", (double)(m->due + unhandled));
    run_record_metric(r, "delivered", "1", (double)m->delivered);
    run_record_metric(r, "dropped", "1", (double)m->dropped);
    run_record_metric(r, "lost", "1", (double)meter_lost(m));
    for (unsigned i = 0; i < METER_LOSSES; i++) {
        char name[48];
        const char *cause = i == METER_LOST_SHARED ? "shared_queue" : disconnect_cause_name(i);
        snprintf(name, sizeof name, "lost.%s", cause);
        run_record_metric(r, name, "1", (double)m->lost[i]);
    }
    report_replays(m);
    run_record_metric(r, "in_flight", "1", (double)(meter_in_flight(m) + unhandled));
    run_record_metric(r, "queue.depth.mean", "1", histogram_mean(&m->depth));
    run_record_metric(r, "queue.depth.p99", "1", histogram_quantile(&m->depth, 0.99));
    run_record_metric(r, "queue.depth.max", "1", (double)m->depth_max);
    run_record_metric(r, "heartbeat.late.p50", "s", histogram_quantile(&m->beat, 0.5) / 1e9);
    run_record_metric(r, "heartbeat.late.p99", "s", histogram_quantile(&m->beat, 0.99) / 1e9);
    class_tally_report(&m->classes, r);
}

void meter_report_positions(struct meter *m, const struct publish_record *publishes,
                            size_t count)
{
    struct fan_out_time *all = mem_alloc((count + 1) * sizeof *all);
    size_t measured = 0;
    for (const struct publish_record *p = publishes; p < publishes + count; p++)
        if (p->measured && p->delivered > 0)
            all[measured++] = (struct fan_out_time){ p->first_ns - p->planned_ns,
                                                     p->last_ns - p->planned_ns, p->delivered };
    fan_out_report(all, measured, m->record);
    free(all);
}
