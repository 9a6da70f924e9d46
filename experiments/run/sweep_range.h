/* sweep_range.h - values of an axis of a sweep given as { from, to } (config_sweep.h).
 *
 * `step`: linear, both ends included as far as the step meets them; `points`: in equal ratios,
 * ends exact and the others to 3 digits; neither: an interval that a sample draws from, `scale:
 * log` by ratio.
 */
#ifndef PUSHSIM_EXPERIMENTS_RUN_SWEEP_RANGE_H
#define PUSHSIM_EXPERIMENTS_RUN_SWEEP_RANGE_H

#include "experiments/run/options.h"
#include "experiments/run/yaml_document.h"

struct sweep_range {
    double from, to; /* base unit of the option; from <= to */
    double step;     /* linear range; 0 = none */
    double points;   /* log range; 0 = none */
    bool log;        /* of a sample; from > 0 */
};

/* Reads the map; ERR_INVALID with place: a key, number or order that makes no range. */
int sweep_range_read(const struct yaml_document *doc, const struct option_row *option,
                     const struct yaml_node *node, struct sweep_range *range,
                     struct error *err);
/* How many values, 1..AXIS_VALUES_MAX. ERR_INVALID with place: neither step nor points, or too
 * many. */
int sweep_range_count(const struct yaml_document *doc, const struct yaml_node *node,
                      const struct sweep_range *range, size_t *count, struct error *err);
/* Value i of `count`. */
double sweep_range_value(const struct sweep_range *range, size_t i, size_t count);
/* The value at a share (0..1) of the way, to 3 digits. */
double sweep_range_at(const struct sweep_range *range, double share);

#endif
