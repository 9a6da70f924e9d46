#include "analysis/calibration_scatter.h"

#include <math.h>

#include "analysis/calibration_internal.h"
#include "analysis/parallel.h"

#define MOST 1.0 /* beyond a factor of e a figure tells nothing anyway */

static void scatter_cell(const struct calibration *c, const struct settings *s,
                         struct calibration_cell *cell)
{
    double sum[CALIBRATION_METRICS] = { 0 }, freedom[CALIBRATION_METRICS] = { 0 };
    for (int r = 0; r < cell->repeats; r++) {
        double value[CALIBRATION_METRICS][SCATTER_DRAWS];
        for (int d = 0; d < SCATTER_DRAWS; d++) {
            double one[CALIBRATION_METRICS];
            calibration_simulate(c, s, cell, r, calibration_slowed(c, cell, r), d, one);
            for (int m = 0; m < CALIBRATION_METRICS; m++)
                value[m][d] = one[m];
        }
        for (int m = 0; m < CALIBRATION_METRICS; m++) {
            int n;
            sum[m] +=
                calibration_squares((enum calibration_metric)m, value[m], SCATTER_DRAWS, &n);
            freedom[m] += fmax(n - 1, 0);
        }
    }
    for (int m = 0; m < CALIBRATION_METRICS; m++)
        cell->scatter[m] = freedom[m] > 0 ? fmin(sqrt(sum[m] / freedom[m]), MOST) : 0;
}

struct scattering {
    struct calibration *calibration;
    const struct calibration_fit *fit;
};

static void scatter_one(size_t i, void *context)
{
    const struct scattering *scattering = context;
    struct calibration *c = scattering->calibration;
    struct settings s;
    calibration_settings(c, scattering->fit, &c->cells[i], &s);
    scatter_cell(c, &s, &c->cells[i]);
}

void calibration_scatter(struct calibration *c, const struct calibration_fit *fit)
{
    struct scattering scattering = { c, fit };
    parallel_each(c->cell_count, c->jobs, scatter_one, &scattering);
    calibration_weigh(c);
}
