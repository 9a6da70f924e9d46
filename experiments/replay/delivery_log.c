#include "experiments/replay/delivery_log.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/replay/printable_text.h"
#include "models/fan_out.h"
#include "sim/error.h"

int64_t delivery_log_largest_bytes(const struct schedule *s, enum action_kind kind)
{
    int64_t bytes = MESSAGE_DIGITS;
    for (size_t i = 0; i < s->count; i++)
        if (s->actions[i].kind == kind && s->actions[i].bytes > bytes)
            bytes = s->actions[i].bytes;
    return bytes;
}

void delivery_log_init(struct delivery_log *log, const struct schedule *s)
{
    memset(log, 0, sizeof *log);
    log->tracks = mem_alloc(s->count * sizeof *log->tracks);
    log->clients = s->clients;
    log->place = mem_alloc((s->clients + (size_t)1) * sizeof *log->place);
    for (size_t i = 0; i < s->count; i++) {
        const struct action *a = &s->actions[i];
        if (a->kind == ACTION_PUBLISH)
            log->tracks[log->publishes++] = (struct publish_track){ .planned_ns = a->at_ns,
                                                                    .first_ns = -1,
                                                                    .measured = a->measured };
    }
    histogram_init(&log->latency);
    histogram_init(&log->second);
    histogram_init(&log->lateness);
}

void delivery_log_close(struct delivery_log *log)
{
    free(log->tracks);
    free(log->place);
    histogram_close(&log->latency);
    histogram_close(&log->second);
    histogram_close(&log->lateness);
}

void delivery_log_sent(struct delivery_log *log, int64_t now_ns)
{
    assert(log->sent < log->publishes);
    const struct publish_track *t = &log->tracks[log->sent++];
    histogram_add(&log->lateness, now_ns > t->planned_ns ? now_ns - t->planned_ns : 0, 1);
}

static int64_t number_in(const char *head)
{
    int64_t number = 0;
    for (int i = 0; i < MESSAGE_DIGITS; i++) {
        unsigned digit = (unsigned char)head[i] - '0';
        if (digit > 9)
            return -1;
        number = 10 * number + digit;
    }
    return number;
}

static void add_strange(struct delivery_log *log, const char *head)
{
    if (log->strange++ > 0)
        return;
    for (int i = 0; i < MESSAGE_DIGITS && head[i]; i++)
        log->strange_head[i] = head[i];
    printable_text(log->strange_head, strlen(log->strange_head));
}

int64_t delivery_log_number(struct delivery_log *log, const char *head)
{
    int64_t number = number_in(head);
    if (number >= 0 && number < log->sent)
        return number;
    add_strange(log, head);
    return -1;
}

void delivery_log_add(struct delivery_log *log, int64_t number, uint32_t client, int64_t now_ns)
{
    struct publish_track *t = &log->tracks[number];
    int64_t latency_ns = now_ns > t->planned_ns ? now_ns - t->planned_ns : 0;
    t->sum += client;
    t->sum_squares += (double)client * client;
    t->sum_places += (double)client * t->received;
    t->sum_kept += (double)log->place[client] * t->received;
    log->place[client] = t->received;
    if (t->received++ == 0)
        t->first_ns = now_ns;
    t->last_ns = now_ns;
    log->delivered++;
    log->last_ns = now_ns;
    histogram_add(&log->second, latency_ns, 1);
    if (t->measured)
        histogram_add(&log->latency, latency_ns, 1);
}

void delivery_log_second(struct delivery_log *log, struct run_record *out, int64_t now_ns)
{
    if (log->second.count > 0) {
        run_record_point(out, "delivery.p50", now_ns,
                         histogram_quantile(&log->second, 0.5) / 1e9);
        run_record_point(out, "delivery.p95", now_ns,
                         histogram_quantile(&log->second, 0.95) / 1e9);
        run_record_point(out, "delivery.p99", now_ns,
                         histogram_quantile(&log->second, 0.99) / 1e9);
        run_record_point(out, "delivery.p999", now_ns,
                         histogram_quantile(&log->second, 0.999) / 1e9);
    }
    histogram_clear(&log->second);
}

static double seconds(const struct histogram *h, double q)
{
    return histogram_quantile(h, q) / 1e9;
}

static double greatest(const struct histogram *h)
{
    return h->count > 0 ? (double)h->max / 1e9 : NAN;
}

/* Correlation between the number of a client and its place in the fan-out: 1 in the order of
 * subscription. NAN for fewer than two deliveries. */
static double order_of(const struct publish_track *t)
{
    double n = t->received, places = n * (n - 1) / 2;
    double squares = (n - 1) * n * (2 * n - 1) / 6;
    double both = t->sum_places - t->sum * places / n;
    double spread = (t->sum_squares - t->sum * t->sum / n) * (squares - places * places / n);
    return spread > 0 ? both / sqrt(spread) : NAN;
}

/* Mean correlation of the clients' places in one fan-out and in the one before: 1 when they are
 * served in the same order every time, whatever it is. */
static double kept_of(const struct delivery_log *log)
{
    double sum = 0;
    uint32_t count = 0;
    for (uint32_t i = 1; i < log->sent; i++) {
        const struct publish_track *t = &log->tracks[i];
        double n = t->received, mean = (n - 1) / 2, variance = (n * n - 1) / 12;
        if (n < 2 || n != log->clients || log->tracks[i - 1].received != log->clients)
            continue;
        sum += (t->sum_kept / n - mean * mean) / variance;
        count++;
    }
    return count > 0 ? sum / count : NAN;
}

/* First and last byte of each fan-out, the distance between two neighbours in it, its order. */
static void record_fanout(const struct delivery_log *log, struct run_record *out)
{
    struct fan_out_time *all = mem_alloc((log->sent + (size_t)1) * sizeof *all);
    size_t measured = 0;
    double order = 0, ordered = 0;
    for (uint32_t i = 0; i < log->sent; i++) {
        const struct publish_track *t = &log->tracks[i];
        if (!t->measured || t->received == 0)
            continue;
        all[measured++] = (struct fan_out_time){ t->first_ns - t->planned_ns,
                                                 t->last_ns - t->planned_ns, t->received };
        if (t->received > 1) {
            order += order_of(t);
            ordered++;
        }
    }
    fan_out_report(all, measured, out);
    free(all);
    run_record_metric(out, "delivery.order", "1", ordered > 0 ? order / ordered : NAN);
    run_record_metric(out, "delivery.order.kept", "1", kept_of(log));
}

void delivery_log_record(const struct delivery_log *log, struct run_record *out)
{
    run_record_metric(out, "delivery.p50", "s", seconds(&log->latency, 0.5));
    run_record_metric(out, "delivery.p95", "s", seconds(&log->latency, 0.95));
    run_record_metric(out, "delivery.p99", "s", seconds(&log->latency, 0.99));
    run_record_metric(out, "delivery.p999", "s", seconds(&log->latency, 0.999));
    run_record_metric(out, "delivery.mean", "s", histogram_mean(&log->latency) / 1e9);
    run_record_metric(out, "delivery.max", "s", greatest(&log->latency));
    run_record_histogram(out, "delivery", &log->latency);
    record_fanout(log, out);
    run_record_metric(out, "published", "1", log->sent);
    run_record_metric(out, "delivered", "1", (double)log->delivered);
    run_record_metric(out, "client.late.p99", "s", seconds(&log->lateness, 0.99));
    run_record_metric(out, "client.late.max", "s", greatest(&log->lateness));
    run_record_metric(out, "client.strange", "1", (double)log->strange);
    run_record_metric(out, "client.duplicates", "1", (double)log->duplicates);
    if (log->strange > 0)
        run_record_event(out, 0, "strange", "%llu messages; the first began '%s'",
                         (unsigned long long)log->strange, log->strange_head);
}
