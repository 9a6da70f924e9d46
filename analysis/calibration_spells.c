/* calibration_spells.c - how long the host stays as slow or fast as it is within a run, from the
 * covariances of its pace that each real run has measured (host_pace_spells.h).
 */
#include "analysis/calibration_internal.h"

#include <math.h>

#include "experiments/replay/host_pace_spells.h"

#define LEAST_RUNS 12 /* spells of a second are few in one run */

struct covariances {
    double near, far; /* sums over runs */
    int64_t runs;
};

/* Over all runs that tell but the one of that number, from 0 (-1: all). */
static struct covariances sum_but(const struct calibration *c, int64_t left_out)
{
    struct covariances sum = { 0, 0, 0 };
    int64_t number = 0;
    for (size_t i = 0; i < c->cell_count; i++)
        for (int r = 0; r < c->cells[i].repeats; r++) {
            double near = c->cells[i].edge[EDGE_HOST_NEAR][r];
            double far = c->cells[i].edge[EDGE_HOST_FAR][r];
            if (!isfinite(near) || !isfinite(far) || number++ == left_out)
                continue;
            sum.near += near;
            sum.far += far;
            sum.runs++;
        }
    return sum;
}

struct spells {
    double depth, time_ns; /* NAN: the covariance does not fall as theirs would */
};

/* depth^2 exp(-t / time). */
static struct spells spells_of(const struct covariances *sum)
{
    double near = sum->near / (double)sum->runs, far = sum->far / (double)sum->runs;
    if (!(far > 0 && near > far))
        return (struct spells){ NAN, NAN };
    double time_ns = (HOST_PACE_FAR_NS - HOST_PACE_NEAR_NS) / log(near / far);
    return (struct spells){ sqrt(near * exp(HOST_PACE_NEAR_NS / time_ns)), time_ns };
}

struct spread {
    double sum, squares, n;
};

static void spread_add(struct spread *s, double value)
{
    s->sum += value;
    s->squares += value * value;
    s->n++;
}

static double jackknife_error(const struct spread *s)
{
    return sqrt((s->n - 1) * fmax(s->squares / s->n - s->sum * s->sum / (s->n * s->n), 0));
}

/* Errors by the jackknife (Efron, 1982), a run at a time. */
void calibration_spells(struct calibration *c)
{
    struct covariances all = sum_but(c, -1);
    struct spells spells = spells_of(&all);
    struct spread depths = { 0, 0, 0 }, times = { 0, 0, 0 };
    if (all.runs < LEAST_RUNS || isnan(spells.depth))
        return;
    for (int64_t i = 0; i < all.runs; i++) {
        struct covariances rest = sum_but(c, i);
        struct spells left = spells_of(&rest);
        spread_add(&depths, left.depth);
        spread_add(&times, left.time_ns);
    }
    if (isnan(depths.sum))
        return;
    calibration_gc_put(c, "cost.spell.depth", spells.depth, jackknife_error(&depths));
    calibration_gc_put(c, "cost.spell.time", spells.time_ns, jackknife_error(&times));
}
