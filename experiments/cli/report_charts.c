#include "experiments/cli/report_charts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/cell_line.h"
#include "analysis/compare.h"
#include "analysis/timeline.h"
#include "experiments/cli/svg_chart.h"

#define LATENCIES 3 /* p50, p95, p99 */
#define WIDE      8 /* values that differ by as much lie on a log axis */

static const char *const latency_names[LATENCIES] = { "p50", "p95", "p99" };

/* -- along an option ------------------------------------------------------------------------- */

struct line_data {
    const struct cell_line *line;
    const struct comparison *rows; /* LATENCIES a cell, in the order of the cells */
    const struct cells *cells;
    size_t count; /* stops with a number: of `none` there is no place on an axis */
    double slo_p99_s;
};

static const struct comparison *row_of(const struct line_data *d, size_t stop, int latency)
{
    return &d->rows[LATENCIES * (size_t)(d->line->stops[stop].cell - d->cells->cell) + latency];
}

static struct svg_axis option_axis(const struct line_data *d)
{
    struct svg_axis axis = { .base = 1, .label = d->line->option };
    double first = d->line->stops[0].number, last = d->line->stops[d->count - 1].number;
    axis.log = first > 0 && last / first >= WIDE;
    axis.low = axis.log ? first / 1.05 : first - 0.03 * (last - first);
    axis.high = axis.log ? last * 1.05 : last + 0.03 * (last - first);
    return axis;
}

static struct svg_axis latency_axis(const struct line_data *d)
{
    struct svg_axis axis = { .log = true, .unit = UNIT_TIME, .base = 1e9, .label = "latency" };
    double *values = mem_alloc((1 + d->count * LATENCIES * ARMS * 3) * sizeof *values);
    size_t n = 0;
    values[n++] = d->slo_p99_s;
    for (size_t i = 0; i < d->count; i++)
        for (int l = 0; l < LATENCIES; l++)
            for (int a = 0; a < ARMS; a++) {
                const struct comparison *row = row_of(d, i, l);
                bool spread = l == LATENCIES - 1 || a == ARM_REAL; /* band, bars */
                values[n++] = row->value[a];
                values[n++] = spread ? row->low[a] : NAN;
                values[n++] = spread ? row->high[a] : NAN;
            }
    svg_axis_fit(&axis, values, n);
    free(values);
    return axis;
}

/* Simulated: a line, of p99 with its spread. */
static void draw_line(struct svg_chart *c, const struct line_data *d, int latency, enum arm arm)
{
    double *x = mem_alloc(4 * d->count * sizeof *x), *y = x + d->count;
    double *low = y + d->count, *high = low + d->count;
    size_t n = 0;
    for (size_t i = 0; i < d->count; i++) {
        const struct comparison *row = row_of(d, i, latency);
        if (isnan(row->value[arm]))
            continue;
        x[n] = d->line->stops[i].number;
        y[n] = row->value[arm];
        low[n] = row->low[arm];
        high[n++] = row->high[arm];
    }
    if (latency == LATENCIES - 1 && n > 1)
        svg_chart_area(c, latency, x, low, high, n);
    svg_chart_line(c, latency, x, y, n);
    free(x);
}

static void draw_marks(struct svg_chart *c, const struct line_data *d, int latency)
{
    for (size_t i = 0; i < d->count; i++) {
        const struct comparison *row = row_of(d, i, latency);
        svg_chart_mark(c, latency, d->line->stops[i].number, row->value[ARM_REAL],
                       row->low[ARM_REAL], row->high[ARM_REAL]);
    }
}

static void draw_chart(struct report_page *p, const struct line_data *d,
                       const struct arms_shown *shown)
{
    struct svg_chart c;
    struct svg_axis x = option_axis(d), y = latency_axis(d);
    const char *group = d->line->group;
    svg_chart_begin(&c, p->out, *group ? group : "Latency", &x, &y);
    for (size_t i = 0; i < d->count; i++)
        svg_chart_tick(&c, d->line->stops[i].number, d->line->stops[i].value);
    for (int l = 0; l < LATENCIES; l++) {
        svg_chart_key(&c, l, "line", latency_names[l]);
        draw_line(&c, d, l, shown->arm[ARM_SIM] ? ARM_SIM : ARM_REAL);
    }
    for (int l = 0; l < LATENCIES && shown->arm[ARM_REAL]; l++)
        draw_marks(&c, d, l);
    if (shown->arm[ARM_REAL])
        svg_chart_key(&c, LATENCIES - 1, "mark", "measured");
    svg_chart_level(&c, d->slo_p99_s, "slo.p99");
    svg_chart_end(&c);
}

void report_charts_lines(struct report_page *p, const struct cells *cells,
                         const struct arms_shown *shown, double slo_p99_s)
{
    struct comparison *rows;
    struct cell_line *lines;
    size_t drawn = 0, left = 0, count = cell_lines(cells, &lines);
    compare_figures(cells, FIGURE_P50, FIGURE_P99 + 1, &rows);
    for (size_t i = 0; i < count; i++) {
        struct line_data d = { &lines[i], rows, cells, lines[i].count, slo_p99_s };
        while (d.count > 0 && !isfinite(lines[i].stops[d.count - 1].number))
            d.count--;
        if (d.count < 2)
            continue;
        if (drawn == REPORT_LINES_MAX)
            left++;
        else if (drawn++ == 0)
            report_page_text(p,
                             "Medians over the runs of a cell%s; the band is the spread of "
                             "p99%s.",
                             shown->both ? ": lines are simulated, dots measured" : "",
                             shown->arm[ARM_REAL] ? ", a bar that of the dot" : "");
        if (left == 0)
            draw_chart(p, &d, shown);
    }
    if (left)
        report_page_text(p, "And %zu more like these (`pushsim export`).", left);
    cell_lines_free(lines, count);
    free(rows);
}

/* -- the course of a run --------------------------------------------------------------------- */

enum course_column {
    COLUMN_X,
    COLUMN_P50,
    COLUMN_P95,
    COLUMN_P99,
    COLUMN_CPU,
    COLUMN_OPEN,
    COLUMNS
};

struct course {
    const struct explanation *e;
    size_t count;            /* windows */
    double *column[COLUMNS]; /* of each, a value a window; owned as one, by the first */
};

static void course_init(struct course *k, const struct explanation *e)
{
    struct timeline t;
    const struct outline *o = &e->outline;
    const double step_s = e->phases.step_s;
    timeline_init(&t, &e->record, (int64_t)llround(1e9 * step_s * (double)e->phases.count));
    *k = (struct course){ .e = e,
                          .count = t.count < e->phases.count ? t.count : e->phases.count };
    double *all = mem_alloc((COLUMNS * k->count + 1) * sizeof *all);
    for (int column = 0; column < COLUMNS; column++)
        k->column[column] = all + (size_t)column * k->count;
    for (size_t i = 0; i < k->count; i++) {
        const struct timeline_window *w = &t.windows[i];
        k->column[COLUMN_X][i] = ((double)i + 0.5) * step_s;
        k->column[COLUMN_P50][i] = w->p50;
        k->column[COLUMN_P95][i] = w->p95;
        k->column[COLUMN_P99][i] = w->p99;
        k->column[COLUMN_CPU][i] =
            w->cpu / step_s / o->cpu / (w->running >= 1 ? w->running : 1);
        k->column[COLUMN_OPEN][i] = w->open / o->clients;
    }
    timeline_close(&t);
}

static struct svg_axis time_axis(const struct course *k)
{
    return (struct svg_axis){ .low = 0,
                              .high = k->e->phases.step_s * (double)k->count,
                              .unit = UNIT_TIME,
                              .base = 1e9,
                              .label = "time in the run" };
}

static void draw_phases(struct svg_chart *c, const struct phases *f, size_t count)
{
    static const char *const bands[FAILURE_PHASES] = { "", "p1", "p2", "p3" };
    for (size_t i = 0, next; i < count; i = next) {
        for (next = i; next < count && f->phase[next] == f->phase[i]; next++)
            ;
        if (f->phase[i] > 0)
            svg_chart_band(c, bands[f->phase[i]], f->step_s * (double)i,
                           f->step_s * (double)next);
    }
    for (int phase = 1; phase < FAILURE_PHASES; phase++)
        if (f->time_s[phase] > 0)
            svg_chart_key(c, 0, bands[phase], failure_phase_name(phase));
}

static void draw_latencies(struct report_page *p, const struct course *k)
{
    struct svg_chart c;
    const struct explanation *e = k->e;
    struct svg_axis x = time_axis(k);
    struct svg_axis y = { .log = true, .unit = UNIT_TIME, .base = 1e9, .label = "latency" };
    char *title = mem_printf("%s%s%s, run %lld", e->run->cell, *e->run->cell ? ", " : "",
                             e->run->arm == ARM_SIM ? "simulated" : "measured",
                             (long long)e->run->replication);
    svg_axis_fit(&y, k->column[COLUMN_P50], LATENCIES * k->count);
    svg_chart_begin(&c, p->out, title, &x, &y);
    svg_chart_ticks(&c);
    for (int l = 0; l < LATENCIES; l++)
        svg_chart_key(&c, l, "line", latency_names[l]);
    draw_phases(&c, &e->phases, k->count);
    for (int l = 0; l < LATENCIES; l++)
        svg_chart_line(&c, l, k->column[COLUMN_X], k->column[COLUMN_P50 + l], k->count);
    if (e->outline.slo_p99_s > 0)
        svg_chart_level(&c, e->outline.slo_p99_s, "slo.p99");
    svg_chart_moment(&c, e->outline.pressure_begin, "pressure", true);
    svg_chart_moment(&c, e->outline.pressure_end, "ends", false);
    svg_chart_end(&c);
    free(title);
}

static void draw_shares(struct report_page *p, const struct course *k)
{
    struct svg_chart c;
    struct svg_axis x = time_axis(k), y = { .unit = UNIT_SHARE, .base = 1, .label = "share" };
    svg_axis_fit(&y, k->column[COLUMN_CPU], 2 * k->count);
    y.high = fmax(y.high, 1.05);
    svg_chart_begin(&c, p->out, "CPU of what it may use or requests; clients connected", &x,
                    &y);
    svg_chart_ticks(&c);
    svg_chart_key(&c, 3, "line", "CPU");
    svg_chart_key(&c, 0, "line", "clients");
    svg_chart_line(&c, 3, k->column[COLUMN_X], k->column[COLUMN_CPU], k->count);
    svg_chart_line(&c, 0, k->column[COLUMN_X], k->column[COLUMN_OPEN], k->count);
    svg_chart_end(&c);
}

void report_charts_course(struct report_page *p, const struct explanation *e)
{
    struct course k;
    course_init(&k, e);
    draw_latencies(p, &k);
    draw_shares(p, &k);
    free(k.column[0]);
}
