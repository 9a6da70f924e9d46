/* fleet_detail.c - the pods of a fleet that are looked at as closely as one pod alone: with all of
 * its figures, histograms and series, named pod.N.*. At most fleet.detail of a revision at a time,
 * those started first; of a pod that is gone the next new one takes the place. So what a fleet of
 * any size stores is bounded.
 */
#include "models/fleet_internal.h"

#include <stdio.h>

void fleet_detail_init(struct fleet_pod *fp)
{
    struct fleet *f = fp->fleet;
    char prefix[16];
    snprintf(prefix, sizeof prefix, "pod.%d.", fp->number);
    run_record_init_part(&fp->part, f->out, prefix);
    if (f->detailed_revision != f->revision)
        f->detailed = 0;
    f->detailed_revision = f->revision;
    fp->detailed = f->detailed < f->p.fleet.detail;
    f->detailed += fp->detailed;
    f->figures.detailed += fp->detailed;
    if (f->duplex.capacity > 0)
        duplex_book_init(&fp->messages);
    if (!fp->detailed && f->p.fleet.detail > 0 && !f->told_detail) {
        f->told_detail = true;
        run_record_event(f->out, f->sim.now_ns, "detail",
                         "series and all figures of the first %lld pods alone, not of pod %d",
                         (long long)f->p.fleet.detail, fp->number);
    }
}

void fleet_detail_close(struct fleet_pod *fp)
{
    if (fp->fleet->duplex.capacity > 0)
        duplex_book_close(&fp->messages);
}

void fleet_detail_gone(struct fleet_pod *fp)
{
    struct fleet *f = fp->fleet;
    f->detailed -= fp->detailed && fp->revision == f->detailed_revision;
}

/* A pod that is gone has no state any more, but what its end did to others is still told. */
void fleet_detail_second(struct fleet_pod *fp, const struct histogram *latency)
{
    int64_t now = fp->fleet->sim.now_ns;
    struct run_record *part = &fp->part;
    if (!fp->detailed)
        return;
    meter_latency_points(latency, now, part);
    meter_depth_points(&fp->meter.depth_now, now, part);
    if (fp->meter.depth_now.count > 0)
        run_record_point(part, "queue.depth", now, histogram_mean(&fp->meter.depth_now));
    if (fp->life == FLEET_GONE)
        pod_series_counts(&fp->series, &fp->pod, &fp->book, now, part);
    else
        pod_series_record(&fp->series, &fp->pod, &fp->book, now, part);
    if (fp->fleet->duplex.capacity > 0)
        duplex_book_series(&fp->messages, now, part);
}

void fleet_detail_end(struct fleet_pod *fp, int64_t at_ns)
{
    if (!fp->detailed)
        return;
    pod_series_end(&fp->series, &fp->pod, &fp->book, at_ns, &fp->part);
    if (fp->fleet->duplex.capacity > 0)
        duplex_book_series(&fp->messages, at_ns, &fp->part);
}

void fleet_detail_report(struct fleet_pod *fp)
{
    fp->meter.record = &fp->part;
    meter_report(&fp->meter, fleet_pod_unhandled(fp));
    pod_report_positions(&fp->pod);
    if (fp->fleet->duplex.capacity > 0)
        duplex_book_report(&fp->messages, &fp->part);
    pod_report(&fp->pod, &fp->book, &fp->part);
}
