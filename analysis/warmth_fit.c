/* warmth_fit.c - see warmth_fit.h. */
#include "analysis/warmth_fit.h"

#include <assert.h>
#include <math.h>

#define FROM_NS 2e5
#define TO_NS   2e8
#define STEP    1.05

/* What is left of something after ns, with this constant; 0 = gone at once. */
static double kept(int64_t ns, double constant_ns)
{
    return constant_ns > 0 ? exp(-(double)ns / constant_ns) : 0;
}

/* CPU time of the warm-ups of all turns, for a saturation of 1, by CPU time of the work. */
static double unit_cost(const struct warmth_turns *t, double time_ns, double work_ns)
{
    double away = kept(t->away_ns, time_ns), on = kept(t->on_ns, work_ns);
    double cold = 1 - kept(t->first_away_ns, time_ns), paid = 0;
    for (int i = 0; i < t->turns; i++) {
        paid += cold * (1 - on);
        cold = 1 - (1 - cold * on) * away;
    }
    return paid / ((double)t->turns * (double)t->on_ns);
}

static double warm_cost(const struct warmth_turns *t)
{
    return 1 + (double)t->wake_cost_ns / (double)t->on_ns;
}

double warmth_cost(const struct warmth_turns *turns, const struct cache_warmth *warmth)
{
    return warm_cost(turns) +
           (double)warmth->saturation_ns *
               unit_cost(turns, (double)warmth->time_ns, (double)warmth->work_ns);
}

/* The best saturation for both constants; returns the sum of the squares that are left. */
static double fit_saturation(const struct warmth_point *points, size_t n, double time_ns,
                             double work_ns, double *saturation_ns)
{
    double xx = 0, xy = 0, yy = 0;
    for (size_t i = 0; i < n; i++) {
        const struct warmth_turns *t = &points[i].turns;
        double x = unit_cost(t, time_ns, work_ns) / points[i].cost;
        double y = 1 - warm_cost(t) / points[i].cost;
        xx += x * x, xy += x * y, yy += y * y;
    }
    *saturation_ns = xy > 0 ? xy / xx : 0;
    return yy - *saturation_ns * xy;
}

void warmth_fit(const struct warmth_point *points, size_t n, struct cache_warmth *out)
{
    double best = INFINITY;
    assert(n >= 3);
    for (double work_ns = 0; work_ns<TO_NS; work_ns = work_ns> 0 ? work_ns * STEP : FROM_NS)
        for (double time_ns = FROM_NS; time_ns < TO_NS; time_ns *= STEP) {
            double saturation_ns;
            double left = fit_saturation(points, n, time_ns, work_ns, &saturation_ns);
            if (left >= best)
                continue;
            best = left;
            *out = (struct cache_warmth){ .saturation_ns = llround(saturation_ns),
                                          .time_ns = llround(time_ns),
                                          .work_ns = llround(work_ns) };
        }
}
