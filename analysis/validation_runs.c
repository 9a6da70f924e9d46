/* validation_runs.c - what runs of the real server score in the prediction's place, by the very
 * functions that judge the prediction: each repeat, judged by the others, and half of them, by the
 * other half.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_randist.h>

#include "analysis/validation_internal.h"
#include "sim/random_stream.h"

#define SPLITS 500 /* into halves: another 500 may move a median of cells out by one */

static bool is_predicted(const struct cell *cell)
{
    for (int f = 0; f < FIGURES; f++)
        if (cell->samples[ARM_SIM][f].count > 0)
            return true;
    return cell->starved[ARM_SIM] > 0;
}

static void add_run(struct cell *cell, enum arm arm, const struct cell_run *run)
{
    for (int f = 0; f < FIGURES; f++)
        sample_add(&cell->samples[arm][f], run->figures[f]);
    cell->starved[arm] += run->starved;
}

/* The cell as it were if its runs were of the arms in `to`; ARMS: of none. Its text is the cell's. */
static void deal_cell(const struct cell *cell, const enum arm *to, struct cell *dealt)
{
    memset(dealt, 0, sizeof *dealt);
    dealt->text = cell->text;
    for (size_t r = 0; r < cell->run_count; r++)
        if (to[r] != ARMS)
            add_run(dealt, to[r], &cell->runs[r]);
    for (int f = 0; f < FIGURES; f++) {
        sample_sort(&dealt->samples[ARM_SIM][f]);
        sample_sort(&dealt->samples[ARM_REAL][f]);
    }
}

static void free_dealt(struct cell *dealt)
{
    for (int a = 0; a < ARMS; a++)
        for (int f = 0; f < FIGURES; f++)
            free(dealt->samples[a][f].values);
}

/* How runs are dealt: run `turn` of a cell to the prediction, the others to the truth. */
static void deal_one(enum arm *to, size_t count, size_t turn)
{
    for (size_t r = 0; r < count; r++)
        to[r] = r == turn % count ? ARM_SIM : ARM_REAL;
}

/* Half of them each, by chance; of an odd number one to none. */
static void deal_halves(enum arm *to, size_t count, gsl_rng *draws)
{
    for (size_t r = 0; r < count; r++)
        to[r] = r < count / 2 ? ARM_SIM : r < count / 2 * 2 ? ARM_REAL : ARMS;
    gsl_ran_shuffle(draws, to, count, sizeof *to);
}

double validation_run_distance(const struct cell *cell, enum figure figure)
{
    struct sample distances = { 0 };
    enum arm *to = mem_alloc((cell->run_count + 1) * sizeof *to);
    for (size_t r = 0; r < cell->run_count && cell->run_count > 1; r++) {
        struct cell dealt;
        deal_one(to, cell->run_count, r);
        deal_cell(cell, to, &dealt);
        sample_add(&distances, validation_distance(&dealt, figure));
        free_dealt(&dealt);
    }
    free(to);
    return validation_take_median(&distances);
}

static bool has_turns(const struct cell *cell)
{
    return cell->run_count > 1 && is_predicted(cell);
}

struct verdicts { /* of many turns */
    struct sample values[SCORES], missed[SCORES];
};

/* One turn: run `turn` of each cell, or where there are draws half of its runs, as the prediction. */
static void judge_turn(struct verdicts *verdicts, const struct cells *cells, size_t turn,
                       gsl_rng *draws, const struct slo_params *slo)
{
    struct validation_score scores[SCORES] = { 0 };
    struct cells dealt = { .cell = mem_alloc(cells->count * sizeof *dealt.cell) };
    for (size_t i = 0; i < cells->count; i++) {
        const struct cell *cell = &cells->cell[i];
        if (!has_turns(cell))
            continue;
        enum arm *to = mem_alloc(cell->run_count * sizeof *to);
        if (draws)
            deal_halves(to, cell->run_count, draws);
        else
            deal_one(to, cell->run_count, turn);
        deal_cell(cell, to, &dealt.cell[dealt.count++]);
        free(to);
    }
    validation_score_cells(scores, &dealt, slo);
    for (int i = 0; i <= SCORE_VERDICT; i++) {
        sample_add(&verdicts->values[i], scores[i].value);
        sample_add(&verdicts->missed[i], (double)scores[i].missed);
    }
    for (size_t i = 0; i < dealt.count; i++)
        free_dealt(&dealt.cell[i]);
    free(dealt.cell);
}

static void take(struct verdicts *verdicts, struct validation_run *run)
{
    for (int i = 0; i < SCORES; i++)
        run[i] = (struct validation_run){ validation_take_median(&verdicts->values[i]),
                                          validation_take_median(&verdicts->missed[i]) };
}

void validation_judge_runs(struct validation *v, const struct cells *cells,
                           const struct slo_params *slo)
{
    struct verdicts one = { 0 }, halves = { 0 };
    gsl_rng *draws = gsl_rng_alloc(random_stream_gsl());
    for (size_t i = 0; i < cells->count; i++)
        if (has_turns(&cells->cell[i])) {
            v->turn_cells++;
            if (cells->cell[i].run_count > v->turns)
                v->turns = cells->cell[i].run_count;
        }
    for (size_t turn = 0; turn < v->turns; turn++)
        judge_turn(&one, cells, turn, NULL, slo);
    for (size_t split = 0; split < SPLITS && v->turns > 0; split++)
        judge_turn(&halves, cells, split, draws, slo);
    take(&one, v->run);
    take(&halves, v->half);
    gsl_rng_free(draws);
}
