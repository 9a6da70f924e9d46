#include "models/garbage_collector.h"

#include <math.h>

/* Collections of a generation; one more collects the next older one too. */
#define OLDER_AFTER 10
/* Of the survivors: less that is new is no reason for a full collection. */
#define LONG_LIVED 0.25

void garbage_collector_start(struct garbage_collector *gc, double threshold, double live,
                             double allocated)
{
    *gc = (struct garbage_collector){ .threshold = threshold };
    if (threshold > 0)
        garbage_collector_hold(gc, allocated);
    gc->collections = gc->full = 0;
    gc->live = gc->total = live;
    gc->pending = 0;
}

/* Generation 0 is over its threshold; objects visited by a full collection. */
static double collect(struct garbage_collector *gc)
{
    gc->collections++;
    gc->count[0] = 0;
    if (gc->count[2] > OLDER_AFTER && gc->pending >= LONG_LIVED * gc->total) {
        gc->count[1] = gc->count[2] = gc->young = gc->renewed = gc->pending = 0;
        gc->kept = 0;
        gc->total = gc->live;
        gc->full++;
        return gc->live;
    }
    if (gc->count[1] > OLDER_AFTER) {
        gc->count[1] = 0;
        gc->count[2]++;
        gc->pending += gc->young + gc->renewed;
        gc->young = gc->renewed = 0;
    } else {
        gc->count[1]++;
    }
    return 0;
}

double garbage_collector_hold(struct garbage_collector *gc, double n)
{
    double visited = 0;
    if (gc->threshold <= 0)
        return 0;
    while (n > 0) {
        double some = fmin(n, gc->threshold + 1 - gc->count[0]);
        gc->count[0] += some;
        gc->live += some;
        gc->young += some;
        n -= some;
        if (gc->count[0] > gc->threshold)
            visited += collect(gc);
    }
    return visited;
}

void garbage_collector_free(struct garbage_collector *gc, double n)
{
    gc->live = fmax(gc->live - n, 0);
    gc->count[0] = fmax(gc->count[0] - n, 0);
}

double garbage_collector_fan_out(struct garbage_collector *gc, double height, double n,
                                 double most)
{
    double fresh = most > 0 ? fmax(n - gc->kept, 0) : 0;
    double visited = garbage_collector_hold(gc, height + fresh);
    double kept = fmax(fmin(n, most), gc->kept), stay = fmin(kept - gc->kept, fresh);
    gc->young = fmax(gc->young - height - fresh, 0); /* allocated last */
    garbage_collector_free(gc, height + fresh - stay);
    gc->live = fmax(gc->live - stay, 0); /* not on the count, though */
    gc->kept = kept;
    return visited;
}

void garbage_collector_renew(struct garbage_collector *gc, double n)
{
    gc->renewed = fmax(gc->renewed, n);
}
