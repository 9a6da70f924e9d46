#include "analysis/validation_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/slo.h"

#define LATENCIES 3 /* FIGURE_P50, _P95, _P99 */
/* Width of the central 90 % of a normal distribution, in standard deviations. */
#define NORMAL_90 3.2897

const char *validation_score_name(enum validation_score_kind kind)
{
    static const char *const names[SCORES] = {
        [SCORE_P50] = "p50: median |ln(sim/real)|",
        [SCORE_P95] = "p95: median |ln(sim/real)|",
        [SCORE_P99] = "p99: median |ln(sim/real)|",
        [SCORE_WORST] = "worst cell: |ln(sim/real)|",
        [SCORE_THROTTLED] = "throttled-period share, |sim - real|",
        [SCORE_DROPPED] = "drops, |sim - real| by what is allowed",
        [SCORE_CPU] = "CPU used, |sim/real - 1|",
        [SCORE_VERDICT] = "cells with the same verdict",
        [SCORE_COVERAGE] = "repeats within the 90 % interval",
        [SCORE_WIDTH] = "interval's width by the real spread",
    };
    return names[kind];
}

const char *load_verdict_name(enum load_verdict verdict)
{
    static const char *const names[] = { "holds", "bends", "breaks", "-" };
    return names[verdict];
}

static bool above(double value, double limit)
{
    return limit > 0 && value > limit; /* NAN is above nothing */
}

enum load_verdict load_verdict(const struct slo_params *slo, const struct cell *cell,
                               enum arm arm)
{
    double p95_ns = 1e9 * sample_median(&cell->samples[arm][FIGURE_P95]);
    double p99_ns = 1e9 * sample_median(&cell->samples[arm][FIGURE_P99]);
    bool starved = cell->starved[arm] > cell->samples[arm][FIGURE_P99].count;
    if ((isnan(p99_ns) && !starved) || slo->p99_ns == 0)
        return LOAD_UNKNOWN;
    if (starved || above(p99_ns, (double)slo->p99_ns) || above(p95_ns, (double)slo->p95_ns) ||
        above(slo_missing_share(cell, arm), slo->drop_share))
        return LOAD_BREAKS;
    return p99_ns > LOAD_BEND_SHARE * (double)slo->p99_ns ? LOAD_BENDS : LOAD_HOLDS;
}

static bool is_known(const struct cell *cell)
{
    return cell->samples[ARM_SIM][FIGURE_P99].count > 0 &&
           cell->samples[ARM_REAL][FIGURE_P99].count > 0;
}

static double median_of(const struct cell *cell, enum arm arm, enum figure figure)
{
    return sample_median(&cell->samples[arm][figure]);
}

double validation_error(const struct cell *cell, enum figure figure)
{
    double sim = median_of(cell, ARM_SIM, figure), real = median_of(cell, ARM_REAL, figure);
    return sim > 0 && real > 0 ? fabs(log(sim / real)) : NAN;
}

double validation_excess(const struct cell *cell, enum figure figure)
{
    double sim = median_of(cell, ARM_SIM, figure), real = median_of(cell, ARM_REAL, figure);
    double allowed = figure == FIGURE_THROTTLED ? VALIDATION_THROTTLED
                     : figure == FIGURE_CPU
                         ? VALIDATION_CPU * real
                         : fmax(VALIDATION_DROPS, VALIDATION_DROP_SHARE * real);
    return (sim - real) / allowed;
}

double validation_distance(const struct cell *cell, enum figure figure)
{
    return figure < LATENCIES ? validation_error(cell, figure)
                              : fabs(validation_excess(cell, figure));
}

/* ---- medians over many cells ---- */

double validation_take_median(struct sample *s)
{
    sample_sort(s);
    double median = sample_median(s);
    free(s->values);
    return median;
}

static double median_error(const struct cells *cells, enum figure figure)
{
    struct sample errors = { 0 };
    for (size_t i = 0; i < cells->count; i++)
        sample_add(&errors, validation_error(&cells->cell[i], figure));
    return validation_take_median(&errors);
}

/* |ln(a/b)| of every two repeats of a cell. */
static double median_self(const struct cells *cells, enum figure figure)
{
    struct sample pairs = { 0 };
    for (size_t i = 0; i < cells->count; i++) {
        const struct sample *s = &cells->cell[i].samples[ARM_REAL][figure];
        for (size_t a = 0; is_known(&cells->cell[i]) && a < s->count; a++)
            for (size_t b = a + 1; b < s->count; b++)
                sample_add(&pairs, fabs(log(s->values[a] / s->values[b])));
    }
    return validation_take_median(&pairs);
}

/* As wide as 90 % of a normal distribution with the repeats' standard deviation of ln. */
static double real_width(const struct sample *s)
{
    double mean = 0, squares = 0, n = (double)s->count;
    if (s->count < 2)
        return NAN;
    for (size_t i = 0; i < s->count; i++)
        mean += log(s->values[i]) / n;
    for (size_t i = 0; i < s->count; i++)
        squares += pow(log(s->values[i]) - mean, 2);
    return NORMAL_90 * sqrt(squares / (n - 1));
}

static double width_ratio(const struct cells *cells)
{
    struct sample sim = { 0 }, real = { 0 };
    for (size_t i = 0; i < cells->count; i++)
        for (int f = 0; f < LATENCIES; f++) {
            const struct sample *s = cells->cell[i].samples[ARM_SIM] + f;
            double width = real_width(&cells->cell[i].samples[ARM_REAL][f]);
            if (!is_known(&cells->cell[i]) || isnan(width))
                continue;
            sample_add(&sim, log(sample_high(s) / sample_low(s)));
            sample_add(&real, width);
        }
    double predicted = validation_take_median(&sim);
    return predicted / validation_take_median(&real);
}

static struct validation_score score(double value, double low, double high)
{
    return (
        struct validation_score){ value, low, high, 0, NULL, value >= low && value <= high };
}

/* How many of a cell's figures lie within the prediction, of how many. */
static void count_within(const struct cell *cell, double *within, double *all)
{
    *within = *all = 0;
    for (int f = 0; f < LATENCIES && is_known(cell); f++) {
        const struct sample *sim = &cell->samples[ARM_SIM][f];
        const struct sample *real = &cell->samples[ARM_REAL][f];
        for (size_t r = 0; r < real->count; r++)
            *within +=
                real->values[r] >= sample_low(sim) && real->values[r] <= sample_high(sim);
        *all += (double)real->count;
    }
}

/* The standard error is that of a ratio whose units are cells drawn at random (Cochran, Sampling
 * Techniques, 3rd ed. 1977, 2.11 and 6.3), since the figures of one cell, all judged by one
 * prediction, are within or outside together. */
static void cover(struct validation *v, const struct cells *cells)
{
    double within = 0, all = 0, squares = 0, of_cell, in_cell, n = 0;
    for (size_t i = 0; i < cells->count; i++) {
        count_within(&cells->cell[i], &in_cell, &of_cell);
        within += in_cell;
        all += of_cell;
        n += of_cell > 0;
    }
    double share = all > 0 ? within / all : NAN;
    for (size_t i = 0; i < cells->count; i++) {
        count_within(&cells->cell[i], &in_cell, &of_cell);
        squares += pow(in_cell - share * of_cell, 2);
    }
    v->scores[SCORE_COVERAGE] = score(share, VALIDATION_COVERAGE_LOW, VALIDATION_COVERAGE_HIGH);
    v->coverage_cells = (size_t)n;
    v->coverage_error = n > 1 ? sqrt(n / (n - 1) * squares) / all : NAN;
}

/* ---- scores ---- */

static void score_worst(struct validation_score *s, const struct cells *cells)
{
    *s = score(NAN, 0, VALIDATION_WORST);
    for (size_t i = 0; i < cells->count; i++) {
        double worst = NAN;
        for (int f = 0; f < LATENCIES; f++)
            worst = fmax(worst, validation_error(&cells->cell[i], (enum figure)f));
        s->missed += worst >= VALIDATION_WORST;
        if (!isnan(worst) && !(worst <= s->value)) {
            s->value = worst;
            s->worst = &cells->cell[i];
        }
    }
    s->met = s->value < VALIDATION_WORST;
}

/* Every cell within `allowed`, which is what an excess of 1 stands for in the score. */
static void score_excess(struct validation_score *s, const struct cells *cells,
                         enum figure figure, double allowed)
{
    double greatest = NAN;
    s->low = 0;
    s->high = allowed;
    for (size_t i = 0; i < cells->count; i++) {
        double excess = fabs(validation_excess(&cells->cell[i], figure));
        s->missed += excess > 1;
        if (!isnan(excess) && !(excess <= greatest)) {
            greatest = excess;
            s->worst = &cells->cell[i];
        }
    }
    s->value = greatest * allowed;
    s->met = greatest <= 1;
}

static void score_verdicts(struct validation_score *s, const struct cells *cells,
                           const struct slo_params *slo)
{
    size_t same = 0, known = 0;
    *s = score(NAN, 1, 1);
    for (size_t i = 0; i < cells->count; i++) {
        enum load_verdict sim = load_verdict(slo, &cells->cell[i], ARM_SIM);
        enum load_verdict real = load_verdict(slo, &cells->cell[i], ARM_REAL);
        if (sim == LOAD_UNKNOWN || real == LOAD_UNKNOWN)
            continue;
        known++;
        same += sim == real;
        if (sim != real && !s->worst)
            s->worst = &cells->cell[i];
    }
    s->value = known ? (double)same / (double)known : NAN;
    s->missed = known - same;
    s->met = known > 0 && same == known;
}

void validation_score_cells(struct validation_score *s, const struct cells *cells,
                            const struct slo_params *slo)
{
    for (int f = 0; f < LATENCIES; f++)
        s[SCORE_P50 + f] = score(median_error(cells, (enum figure)f), 0, VALIDATION_ERROR);
    score_worst(&s[SCORE_WORST], cells);
    score_excess(&s[SCORE_THROTTLED], cells, FIGURE_THROTTLED, VALIDATION_THROTTLED);
    score_excess(&s[SCORE_DROPPED], cells, FIGURE_DROPPED, 1);
    score_excess(&s[SCORE_CPU], cells, FIGURE_CPU, VALIDATION_CPU);
    score_verdicts(&s[SCORE_VERDICT], cells, slo);
}

void validation_judge(struct validation *v, const struct cells *cells,
                      const struct slo_params *slo)
{
    *v = (struct validation){ .cells = cells->count };
    struct validation_score *s = v->scores;
    validation_score_cells(s, cells, slo);
    for (size_t i = 0; i < cells->count; i++)
        if (is_known(&cells->cell[i])) {
            v->known++;
            v->repeats += cells->cell[i].samples[ARM_REAL][FIGURE_P99].count;
        }
    for (int f = 0; f < LATENCIES; f++) {
        v->self[f] = median_self(cells, (enum figure)f);
        s[SCORE_P50 + f] = score(s[SCORE_P50 + f].value, 0,
                                 fmax(VALIDATION_ERROR, VALIDATION_FACTOR * v->self[f]));
    }
    cover(v, cells);
    s[SCORE_WIDTH] = score(width_ratio(cells), 0, VALIDATION_WIDTH);
    validation_judge_runs(v, cells, slo);
}
