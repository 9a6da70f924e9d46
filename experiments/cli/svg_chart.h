/* svg_chart.h - one chart as SVG within a page: axes, lines, marks, bands. Colours and strokes are
 * the page's (report_page.c): series 0 .. 3 are its classes c0 .. c3.
 *
 * Begin, then what lies at the back first, then end. What lies outside of the axes is drawn at
 * their edge; NAN is left out, and interrupts a line.
 */
#ifndef PUSHSIM_EXPERIMENTS_CLI_SVG_CHART_H
#define PUSHSIM_EXPERIMENTS_CLI_SVG_CHART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "experiments/run/units.h"

#define SVG_CHART_SERIES 4

struct svg_axis {
    double low, high;  /* low < high; log: low > 0 */
    bool log;          /* equal ratios are equal lengths */
    enum unit unit;    /* of the ticks */
    double base;       /* a value times this is in the unit's base: 1e9 of s in UNIT_TIME */
    const char *label; /* of the whole axis; borrowed */
};

struct svg_chart {
    FILE *out;            /* borrowed */
    struct svg_axis x, y; /* to the right, upwards */
    double key_edge;      /* where the next name of a series goes */
    double text_edge; /* right end of the last tick's text: the next one keeps clear of it */
};

/* Axes that hold all of `count` values, some room above and below; NAN and, where it is log, what
 * is not above 0 are passed over. An axis of nothing is from 0 (log: 1) to 10. */
void svg_axis_fit(struct svg_axis *axis, const double *values, size_t count);

/* A <figure> with its title and empty axes; the y axis has its ticks. */
void svg_chart_begin(struct svg_chart *c, FILE *out, const char *title,
                     const struct svg_axis *x, const struct svg_axis *y);
/* Ticks of the x axis at round values, or one with a text; a text that has no room is left out. */
void svg_chart_ticks(struct svg_chart *c);
void svg_chart_tick(struct svg_chart *c, double x, const char *text);
/* A name in the row of names below the title, behind a shape in the colour of its series: "line",
 * "mark" or, in its own, the class of a band. */
void svg_chart_key(struct svg_chart *c, int series, const char *shape, const char *name);
void svg_chart_line(struct svg_chart *c, int series, const double *x, const double *y,
                    size_t count);
/* Between low and high of each x; none is NAN. */
void svg_chart_area(struct svg_chart *c, int series, const double *x, const double *low,
                    const double *high, size_t count);
/* A dot, with a bar from low to high. */
void svg_chart_mark(struct svg_chart *c, int series, double x, double y, double low,
                    double high);
/* From x to x over the whole height, of a class of the page. */
void svg_chart_band(struct svg_chart *c, const char *band, double from, double to);
/* A dashed line across at y, or down at x, with a text, to the line's left or right. */
void svg_chart_level(struct svg_chart *c, double y, const char *text);
void svg_chart_moment(struct svg_chart *c, double x, const char *text, bool left);
void svg_chart_end(struct svg_chart *c);

#endif
