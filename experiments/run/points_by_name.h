/* points_by_name.h - the order in which the points of a run are stored: that of the table's key. */
#ifndef PUSHSIM_EXPERIMENTS_RUN_POINTS_BY_NAME_H
#define PUSHSIM_EXPERIMENTS_RUN_POINTS_BY_NAME_H

#include <stddef.h>
#include <stdint.h>

#include "models/run_record.h"

/* Indices of the points by name (strcmp), those of one name as they came. The caller frees. Time in
 * proportion to the points when their names come in turns, as samples do. */
uint32_t *points_by_name(const struct record_point *points, size_t count);

#endif
