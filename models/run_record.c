#include "models/run_record.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/error.h"
#include "sim/text_copy.h"

/* The record's prefix and the name. */
static void put_name(char *out, size_t room, const char *prefix, const char *name)
{
    size_t length = text_copy(out, room, prefix);
    text_copy(out + length, room - length, name);
}

/* Room for one more in an array whose capacity is the next power of two above its count. */
static void *grown(void *array, size_t count, size_t item_bytes)
{
    if (count & (count - 1) || count == 0)
        return count == 0 ? mem_realloc(array, item_bytes) : array;
    return mem_realloc(array, 2 * count * item_bytes);
}

void run_record_init(struct run_record *r)
{
    memset(r, 0, sizeof *r);
}

void run_record_init_part(struct run_record *r, struct run_record *whole, const char *prefix)
{
    run_record_init(r);
    r->whole = whole;
    snprintf(r->prefix, sizeof r->prefix, "%s", prefix);
}

static struct run_record *whole_of(struct run_record *r)
{
    return r->whole ? r->whole : r;
}

void run_record_close(struct run_record *r)
{
    for (size_t i = 0; i < r->histogram_count; i++)
        histogram_close(&r->histograms[i].histogram);
    free(r->metrics);
    free(r->histograms);
    free(r->points);
    free(r->events);
    memset(r, 0, sizeof *r);
}

void run_record_metric(struct run_record *r, const char *name, const char *unit, double value)
{
    const char *prefix = r->prefix;
    r = whole_of(r);
    r->metrics = grown(r->metrics, r->metric_count, sizeof *r->metrics);
    struct record_metric *m = &r->metrics[r->metric_count++];
    put_name(m->name, sizeof m->name, prefix, name);
    text_copy(m->unit, sizeof m->unit, unit);
    m->value = value;
}

void run_record_histogram(struct run_record *r, const char *name, const struct histogram *h)
{
    const char *prefix = r->prefix;
    r = whole_of(r);
    r->histograms = grown(r->histograms, r->histogram_count, sizeof *r->histograms);
    struct record_histogram *copy = &r->histograms[r->histogram_count++];
    put_name(copy->name, sizeof copy->name, prefix, name);
    histogram_init(&copy->histogram);
    histogram_merge(&copy->histogram, h);
}

void run_record_point(struct run_record *r, const char *name, int64_t at_ns, double value)
{
    const char *prefix = r->prefix;
    r = whole_of(r);
    r->points = grown(r->points, r->point_count, sizeof *r->points);
    struct record_point *p = &r->points[r->point_count++];
    put_name(p->name, sizeof p->name, prefix, name);
    p->at_ns = at_ns;
    p->value = value;
}

void run_record_count(struct run_record *r, const char *name, int64_t at_ns, uint64_t *seen,
                      uint64_t now)
{
    if (now > *seen)
        run_record_point(r, name, at_ns, (double)(now - *seen));
    *seen = now;
}

void run_record_share(struct run_record *r, const char *name, int64_t at_ns, uint64_t part,
                      uint64_t whole)
{
    if (whole > 0)
        run_record_point(r, name, at_ns, (double)part / (double)whole);
}

void run_record_event(struct run_record *r, int64_t at_ns, const char *kind, const char *format,
                      ...)
{
    r = whole_of(r);
    r->events = grown(r->events, r->event_count, sizeof *r->events);
    struct record_event *e = &r->events[r->event_count++];
    e->at_ns = at_ns;
    snprintf(e->kind, sizeof e->kind, "%s", kind);
    va_list args;
    va_start(args, format);
    vsnprintf(e->detail, sizeof e->detail, format, args);
    va_end(args);
}

double run_record_value(const struct run_record *r, const char *name)
{
    for (size_t i = 0; i < r->metric_count; i++)
        if (strcmp(r->metrics[i].name, name) == 0)
            return r->metrics[i].value;
    return NAN;
}
