/* calibration_spells.c - how long the host stays as slow or fast as it is within a run, from the
 * covariances of its pace that each real run has measured (host_pace_spells.h).
 */
#include "analysis/calibration_internal.h"

#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_statistics_double.h>

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

/* By the jackknife (Efron, 1982): n estimates, each without one run. */
static double jackknife_error(const double *left_out, size_t n)
{
    return (double)(n - 1) / sqrt((double)n) * gsl_stats_sd(left_out, 1, n);
}

void calibration_spells(struct calibration *c)
{
    struct covariances all = sum_but(c, -1);
    struct spells spells = spells_of(&all);
    size_t n = (size_t)all.runs;
    if (n < LEAST_RUNS || isnan(spells.depth))
        return;
    double *depths = mem_alloc(2 * n * sizeof *depths), *times_ns = depths + n;
    for (size_t i = 0; i < n; i++) {
        struct covariances rest = sum_but(c, (int64_t)i);
        struct spells left = spells_of(&rest);
        depths[i] = left.depth;
        times_ns[i] = left.time_ns;
    }
    double depth_error = jackknife_error(depths, n), time_error = jackknife_error(times_ns, n);
    free(depths);
    if (isnan(depth_error)) /* without one of the runs there would be none */
        return;
    calibration_known_put(c, "cost.spell.depth", spells.depth, depth_error);
    calibration_known_put(c, "cost.spell.time", spells.time_ns, time_error);
}
