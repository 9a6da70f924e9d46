#include "experiments/cli/svg_chart.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/cli/report_page.h"

/* Of the drawing, in its own units; the page scales it. */
#define WIDTH  760
#define HEIGHT 300
#define LEFT   64
#define RIGHT  730
#define TOP    26
#define BOTTOM 262

#define TICKS        6  /* as many at most, or about */
#define TICKS_MAX    24 /* of a log axis over many decades */
#define LETTER_WIDTH 7  /* about */
#define MARK_RADIUS  3.2

/* -- places ---------------------------------------------------------------------------------- */

static double share_of(const struct svg_axis *axis, double value)
{
    double share = axis->log
                       ? log(fmax(value, axis->low) / axis->low) / log(axis->high / axis->low)
                       : (value - axis->low) / (axis->high - axis->low);
    return fmin(fmax(share, 0), 1);
}

static double place_x(const struct svg_chart *c, double x)
{
    return LEFT + (RIGHT - LEFT) * share_of(&c->x, x);
}

static double place_y(const struct svg_chart *c, double y)
{
    return BOTTOM - (BOTTOM - TOP) * share_of(&c->y, y);
}

void svg_axis_fit(struct svg_axis *axis, const double *values, size_t count)
{
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(values[i]) || (axis->log && values[i] <= 0))
            continue;
        low = fmin(low, values[i]);
        high = fmax(high, values[i]);
    }
    if (low > high) {
        low = axis->log ? 1 : 0;
        high = 10;
    }
    axis->low = axis->log ? low / 1.3 : fmin(low, 0);
    axis->high =
        axis->log ? high * 1.3 : high + (high > axis->low ? 0.05 * (high - axis->low) : 1);
}

/* Seconds that people count in, from where powers of ten are none of them. */
static const double clock_steps[] = { 10,  20,   30,   60,   120,  300,
                                      600, 1200, 1800, 3600, 7200, 14400 };

/* 1, 2 or 5 times a power of ten, or a step of the clock: the least that makes TICKS or fewer. */
static double round_step(const struct svg_axis *axis)
{
    static const double steps[] = { 1, 2, 5, 10 };
    double span = axis->high - axis->low, power = pow(10, floor(log10(span / TICKS)));
    bool clock = axis->unit == UNIT_TIME && span * axis->base / 1e9 > TICKS * 5;
    for (size_t i = 0; clock && i < sizeof clock_steps / sizeof *clock_steps; i++)
        if (span * axis->base / 1e9 / clock_steps[i] <= TICKS)
            return clock_steps[i] * 1e9 / axis->base;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (span / (power * steps[i]) <= TICKS)
            return power * steps[i];
    return 10 * power;
}

/* Round values within the axis: of a log one 1, 2, 5 of each decade, or 1 alone of many. */
static size_t round_values(const struct svg_axis *axis, double out[TICKS_MAX])
{
    size_t count = 0;
    if (!axis->log) {
        double step = round_step(axis);
        for (double v = ceil(axis->low / step) * step; v <= axis->high && count < TICKS_MAX;
             v += step)
            out[count++] = fabs(v) < step / 1e6 ? 0 : v;
        return count;
    }
    static const double parts[] = { 1, 2, 5 };
    size_t each = log10(axis->high / axis->low) > 3 ? 1 : 3;
    for (double d = pow(10, floor(log10(axis->low))); d <= axis->high; d *= 10)
        for (size_t i = 0; i < each && count < TICKS_MAX; i++)
            if (d * parts[i] >= axis->low && d * parts[i] <= axis->high)
                out[count++] = d * parts[i];
    return count;
}

/* -- text ------------------------------------------------------------------------------------ */

static void write_text(const struct svg_chart *c, double x, double y, const char *anchor,
                       const char *text)
{
    fprintf(c->out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y, anchor);
    report_page_escape(c->out, text);
    fputs("</text>\n", c->out);
}

/* A round value as people write it, whatever the last digits of its steps' sum are. */
static char *tick_text(const struct svg_axis *axis, double value, char out[UNIT_TEXT_BYTES])
{
    char digits[32];
    snprintf(digits, sizeof digits, "%.9g", value * axis->base);
    return unit_format(out, axis->unit, strtod(digits, NULL));
}

void svg_chart_begin(struct svg_chart *c, FILE *out, const char *title,
                     const struct svg_axis *x, const struct svg_axis *y)
{
    double ticks[TICKS_MAX];
    char text[UNIT_TEXT_BYTES];
    *c = (struct svg_chart){ .out = out, .x = *x, .y = *y, .key_edge = LEFT + 10 };
    fputs("<figure><figcaption>", out);
    report_page_escape(out, title);
    fprintf(out, "</figcaption>\n<svg viewBox=\"0 0 %d %d\" width=\"%d\">\n", WIDTH, HEIGHT,
            WIDTH);
    size_t count = round_values(y, ticks);
    for (size_t i = 0; i < count; i++) {
        double at = place_y(c, ticks[i]);
        fprintf(out, "<path class=\"grid\" d=\"M%d %.1fH%d\"/>\n", LEFT, at, RIGHT);
        write_text(c, LEFT - 6, at + 4, "end", tick_text(y, ticks[i], text));
    }
    fprintf(out, "<path class=\"axis\" d=\"M%d %dV%dH%d\"/>\n", LEFT, TOP, BOTTOM, RIGHT);
    write_text(c, (LEFT + RIGHT) / 2.0, HEIGHT - 4, "middle", x->label);
    write_text(c, LEFT - 6, TOP - 12, "end", y->label);
}

void svg_chart_tick(struct svg_chart *c, double x, const char *text)
{
    double at = place_x(c, x);
    double half = LETTER_WIDTH * (double)strlen(text) / 2;
    fprintf(c->out, "<path class=\"axis\" d=\"M%.1f %dv5\"/>\n", at, BOTTOM);
    if (at - half < c->text_edge)
        return;
    c->text_edge = at + half + LETTER_WIDTH;
    write_text(c, at, BOTTOM + 18, "middle", text);
}

void svg_chart_ticks(struct svg_chart *c)
{
    double ticks[TICKS_MAX];
    char text[UNIT_TEXT_BYTES];
    size_t count = round_values(&c->x, ticks);
    for (size_t i = 0; i < count; i++)
        svg_chart_tick(c, ticks[i], tick_text(&c->x, ticks[i], text));
}

void svg_chart_key(struct svg_chart *c, int series, const char *shape, const char *name)
{
    double at = c->key_edge;
    c->key_edge += 22 + LETTER_WIDTH * (double)strlen(name) + 14;
    fprintf(c->out, "<g class=\"c%d\">", series % SVG_CHART_SERIES);
    if (strcmp(shape, "line") == 0)
        fprintf(c->out, "<path class=\"line\" d=\"M%.1f %dh16\"/>", at, TOP - 16);
    else if (strcmp(shape, "mark") == 0)
        fprintf(c->out, "<circle class=\"mark\" cx=\"%.1f\" cy=\"%d\" r=\"%g\"/>", at + 8,
                TOP - 16, MARK_RADIUS);
    else
        fprintf(c->out, "<rect class=\"%s\" x=\"%.1f\" y=\"%d\" width=\"16\" height=\"10\"/>",
                shape, at, TOP - 21);
    write_text(c, at + 22, TOP - 12, "start", name);
    fputs("</g>\n", c->out);
}

/* -- series ---------------------------------------------------------------------------------- */

void svg_chart_line(struct svg_chart *c, int series, const double *x, const double *y,
                    size_t count)
{
    bool down = false; /* the pen */
    fprintf(c->out, "<path class=\"line c%d\" d=\"", series % SVG_CHART_SERIES);
    for (size_t i = 0; i < count; i++) {
        bool there = !isnan(x[i]) && !isnan(y[i]);
        if (there) /* a point between two gaps is drawn, too */
            fprintf(c->out, "%s%.1f %.1f", down ? "L" : "M", place_x(c, x[i]),
                    place_y(c, y[i]));
        if (there && !down && (i + 1 == count || isnan(y[i + 1])))
            fputs("h1", c->out);
        down = there;
    }
    fputs("\"/>\n", c->out);
}

void svg_chart_area(struct svg_chart *c, int series, const double *x, const double *low,
                    const double *high, size_t count)
{
    const char *pen = "M";
    fprintf(c->out, "<path class=\"area c%d\" d=\"", series % SVG_CHART_SERIES);
    for (size_t i = 0; i < count; i++, pen = "L")
        fprintf(c->out, "%s%.1f %.1f", pen, place_x(c, x[i]), place_y(c, high[i]));
    for (size_t i = count; i-- > 0;)
        fprintf(c->out, "L%.1f %.1f", place_x(c, x[i]), place_y(c, low[i]));
    fputs("Z\"/>\n", c->out);
}

void svg_chart_mark(struct svg_chart *c, int series, double x, double y, double low,
                    double high)
{
    if (isnan(y))
        return;
    fprintf(
        c->out,
        "<g class=\"c%d\"><path class=\"bar\" d=\"M%.1f %.1fV%.1f\"/><circle class=\"mark\" "
        "cx=\"%.1f\" cy=\"%.1f\" r=\"%g\"/></g>\n",
        series % SVG_CHART_SERIES, place_x(c, x), place_y(c, low), place_y(c, high),
        place_x(c, x), place_y(c, y), MARK_RADIUS);
}

void svg_chart_band(struct svg_chart *c, const char *band, double from, double to)
{
    double left = place_x(c, from);
    fprintf(c->out, "<rect class=\"%s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>\n",
            band, left, TOP, place_x(c, to) - left, BOTTOM - TOP);
}

void svg_chart_level(struct svg_chart *c, double y, const char *text)
{
    if (!(y >= c->y.low && y <= c->y.high))
        return;
    fprintf(c->out, "<path class=\"level\" d=\"M%d %.1fH%d\"/>\n", LEFT, place_y(c, y), RIGHT);
    write_text(c, RIGHT, place_y(c, y) - 5, "end", text);
}

void svg_chart_moment(struct svg_chart *c, double x, const char *text, bool left)
{
    if (!(x >= c->x.low && x <= c->x.high))
        return;
    fprintf(c->out, "<path class=\"moment\" d=\"M%.1f %dV%d\"/>\n", place_x(c, x), TOP, BOTTOM);
    write_text(c, place_x(c, x) + (left ? -4 : 4), TOP + 12, left ? "end" : "start", text);
}

void svg_chart_end(struct svg_chart *c)
{
    fputs("</svg></figure>\n", c->out);
}
