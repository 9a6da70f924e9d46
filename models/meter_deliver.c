/* meter_deliver.c - the latencies of deliveries, told apart by second and by bucket: shares, which
 * enter the window of their second, the whole run's histogram and the blame.
 */
#include "models/meter_internal.h"

#include <assert.h>

/* Clients see the message from `first` to `last`, at n times. */
static void count_delivered(struct meter *m, const struct delivery_run *run, int64_t first,
                            int64_t last)
{
    struct publish_record *p = run->publish;
    m->delivered += run->n;
    meter_settle(m, run->connection, run->n, 1);
    p->first_ns = p->delivered == 0 || first < p->first_ns ? first : p->first_ns;
    p->last_ns = last > p->last_ns ? last : p->last_ns;
    p->delivered += run->n;
    m->last_ns = last > m->last_ns ? last : m->last_ns;
}

/* The window of a delivery visible at at_ns, and when that window ends. */
static struct histogram *window_at(struct meter *m, int64_t at_ns, int64_t *end_ns)
{
    int64_t second = at_ns / METER_WINDOW_NS;
    int64_t newest = m->window_start_ns / METER_WINDOW_NS + METER_WINDOWS - 1;
    assert(second * METER_WINDOW_NS >= m->window_start_ns);
    *end_ns = second < newest ? (second + 1) * METER_WINDOW_NS : INT64_MAX;
    return &m->window[(second < newest ? second : newest) % METER_WINDOWS];
}

/* The parts of a delivery's latency but the growing one, whose own part is 0. */
static enum blame_part parts_of(const struct meter *m, const struct delivery_run *run,
                                int64_t part[BLAME_PARTS])
{
    const struct publish_record *p = run->publish;
    part[BLAME_NETWORK] = m->publish_delay_ns + m->delivery_delay_ns;
    part[BLAME_THROTTLED] = run->throttled_ns - p->arrived_throttled_ns;
    part[BLAME_LOOP] =
        p->started_ns - p->arrived_ns - (p->started_throttled_ns - p->arrived_throttled_ns);
    part[BLAME_BUFFERS] = run->buffered_ns;
    part[BLAME_QUEUE] = part[BLAME_PIPELINE] = 0;
    if (run->queued)
        part[BLAME_PIPELINE] =
            p->handled_ns - p->started_ns - (p->handled_throttled_ns - p->started_throttled_ns);
    return run->queued ? BLAME_QUEUE : BLAME_PIPELINE;
}

#define SHARES 64

struct latencies { /* of one message's deliveries in one second */
    struct meter *meter;
    struct histogram *window;
    bool measured;
    enum blame_part growing;
    int64_t part_ns[BLAME_PARTS];
    size_t count;
    struct histogram_share shares[SHARES]; /* not entered yet */
};

static void begin(struct latencies *l, struct meter *m, const struct delivery_run *run)
{
    l->meter = m;
    l->measured = run->publish->measured;
    l->growing = parts_of(m, run, l->part_ns);
    l->count = 0;
}

static void enter(struct latencies *l)
{
    histogram_add_shares(l->window, l->shares, l->count);
    if (l->measured) {
        histogram_add_shares(&l->meter->delivery, l->shares, l->count);
        blame_add(&l->meter->blame, l->part_ns, l->growing, l->shares, l->count);
    }
    l->count = 0;
}

/* n latencies from `first` on, at intervals of `step`. */
static void enter_progression(struct latencies *l, int64_t first, int64_t step, uint64_t n)
{
    struct histogram_progression p = { first, step, n };
    while (p.left > 0) {
        l->count = histogram_cut(&p, l->shares, SHARES);
        enter(l);
    }
}

void meter_deliver(struct meter *m, const struct delivery_run *run)
{
    struct latencies l;
    int64_t at_ns = run->first_ns + m->delivery_delay_ns + run->buffered_ns;
    int64_t step_ns = run->step_ns, latency_ns = at_ns - run->publish->planned_ns;
    begin(&l, m, run);
    count_delivered(m, run, at_ns, at_ns + step_ns * (run->n - 1));
    if (class_tally_on(&m->classes))
        class_tally_deliver(&m->classes, run->connection, run->n, l.measured, latency_ns,
                            step_ns);
    for (uint64_t n = run->n, k; n > 0; n -= k) {
        int64_t end_ns;
        l.window = window_at(m, at_ns, &end_ns);
        k = n;
        if (at_ns + step_ns * (int64_t)(n - 1) >= end_ns)
            k = (uint64_t)((end_ns - at_ns + step_ns - 1) / step_ns);
        enter_progression(&l, latency_ns, step_ns, k);
        at_ns += (int64_t)k * step_ns;
        latency_ns += (int64_t)k * step_ns;
    }
}

/* Fills a share with latencies at_ns[0] + shift_ns, at_ns[1] + shift_ns, …, n at most, as long as
 * they are in the bucket of the first and at_ns[k] < end_ns; returns how many. */
static uint32_t fill(struct histogram_share *share, const int64_t *at_ns, uint32_t n,
                     int64_t shift_ns, int64_t end_ns)
{
    uint32_t bucket = histogram_bucket_of(at_ns[0] + shift_ns), k = 0;
    int64_t sum = 0;
    if (bucket < HISTOGRAM_BUCKETS && histogram_bucket_end(bucket) - shift_ns < end_ns)
        end_ns = histogram_bucket_end(bucket) - shift_ns;
    for (; k < n && at_ns[k] < end_ns; k++)
        sum += at_ns[k];
    *share = (struct histogram_share){ .bucket = bucket,
                                       .count = k,
                                       .min = at_ns[0] + shift_ns,
                                       .max = at_ns[k - 1] + shift_ns,
                                       .sum = sum + k * shift_ns };
    return k;
}

/* Later connections have later times: those of one bucket and one second follow each other. */
void meter_deliver_at(struct meter *m, const struct delivery_run *run, const int64_t *at_ns)
{
    struct latencies l;
    int64_t delay_ns = run->first_ns + m->delivery_delay_ns + run->buffered_ns;
    int64_t end_ns = INT64_MIN;
    begin(&l, m, run);
    count_delivered(m, run, at_ns[0] + delay_ns, at_ns[run->n - 1] + delay_ns);
    if (class_tally_on(&m->classes))
        class_tally_deliver_at(&m->classes, run->connection, run->n, l.measured,
                               delay_ns - run->publish->planned_ns, at_ns);
    for (uint32_t k = 0; k < run->n;) {
        if (at_ns[k] >= end_ns || l.count == SHARES) {
            if (l.count > 0)
                enter(&l);
            l.window = window_at(m, at_ns[k] + delay_ns, &end_ns);
            end_ns = end_ns < INT64_MAX ? end_ns - delay_ns : INT64_MAX;
        }
        k += fill(&l.shares[l.count++], &at_ns[k], run->n - k,
                  delay_ns - run->publish->planned_ns, end_ns);
    }
    enter(&l);
}
