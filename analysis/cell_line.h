/* cell_line.h - cells as lines: along one swept option, all other swept values the same.
 *
 * The option is cpu.limit, else cpu.quota, else the last swept one that is a number. Cells that
 * differ in any other swept value lie on lines of their own.
 */
#ifndef PUSHSIM_ANALYSIS_CELL_LINE_H
#define PUSHSIM_ANALYSIS_CELL_LINE_H

#include "analysis/cells.h"

struct cell_stop {
    const struct cell *cell;     /* borrowed from the cells */
    char value[UNIT_TEXT_BYTES]; /* of the option, as swept */
    double number;               /* the same, in its base unit; HUGE_VAL: no limit */
};

struct cell_line {
    char group[256];         /* the other swept values: "protocol=sse"; "" when none */
    char option[64];         /* along which it goes */
    struct cell_stop *stops; /* from the least value to the greatest; owned */
    size_t count;            /* >= 1 */
};

/* The lines, in plan order; *lines is the caller's to free by cell_lines_free. 0 when no swept
 * option is a number. */
size_t cell_lines(const struct cells *cells, struct cell_line **lines);
void cell_lines_free(struct cell_line *lines, size_t count);

#endif
