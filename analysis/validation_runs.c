/* validation_runs.c - what a run of the real server scores in the prediction's place: each repeat is
 * left out in turn and judged by the others, by the very functions that judge the prediction.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/validation_internal.h"

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

/* The cell as it were if run `out` were the prediction of the others. Its text is the cell's. */
static void turn_cell(const struct cell *cell, size_t out, struct cell *turned)
{
    memset(turned, 0, sizeof *turned);
    turned->text = cell->text;
    for (size_t r = 0; r < cell->run_count; r++)
        add_run(turned, r == out ? ARM_SIM : ARM_REAL, &cell->runs[r]);
    for (int f = 0; f < FIGURES; f++)
        sample_sort(&turned->samples[ARM_REAL][f]);
}

static void free_turned(struct cell *turned)
{
    for (int a = 0; a < ARMS; a++)
        for (int f = 0; f < FIGURES; f++)
            free(turned->samples[a][f].values);
}

double validation_run_distance(const struct cell *cell, enum figure figure)
{
    struct sample distances = { 0 };
    for (size_t r = 0; r < cell->run_count && cell->run_count > 1; r++) {
        struct cell turned;
        turn_cell(cell, r, &turned);
        sample_add(&distances, validation_distance(&turned, figure));
        free_turned(&turned);
    }
    return validation_take_median(&distances);
}

static bool has_turns(const struct cell *cell)
{
    return cell->run_count > 1 && is_predicted(cell);
}

static void score_turn(struct validation_score *scores, const struct cells *cells, size_t turn,
                       const struct slo_params *slo)
{
    struct cells turned = { .cell = mem_alloc(cells->count * sizeof *turned.cell) };
    for (size_t i = 0; i < cells->count; i++) {
        const struct cell *cell = &cells->cell[i];
        if (has_turns(cell))
            turn_cell(cell, turn % cell->run_count, &turned.cell[turned.count++]);
    }
    validation_score_cells(scores, &turned, slo);
    for (size_t i = 0; i < turned.count; i++)
        free_turned(&turned.cell[i]);
    free(turned.cell);
}

void validation_judge_runs(struct validation *v, const struct cells *cells,
                           const struct slo_params *slo)
{
    struct sample values[SCORES] = { 0 }, missed[SCORES] = { 0 };
    for (size_t i = 0; i < cells->count; i++)
        if (has_turns(&cells->cell[i])) {
            v->turn_cells++;
            if (cells->cell[i].run_count > v->turns)
                v->turns = cells->cell[i].run_count;
        }
    for (size_t turn = 0; turn < v->turns; turn++) {
        struct validation_score scores[SCORES] = { 0 };
        score_turn(scores, cells, turn, slo);
        for (int i = 0; i <= SCORE_VERDICT; i++) {
            sample_add(&values[i], scores[i].value);
            sample_add(&missed[i], (double)scores[i].missed);
        }
    }
    for (int i = 0; i < SCORES; i++)
        v->run[i] = (struct validation_run){ validation_take_median(&values[i]),
                                             validation_take_median(&missed[i]) };
}
