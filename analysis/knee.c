/* knee.c - where p99 leaves the ample cells behind; see compare.h for the definition. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/cell_line.h"
#include "analysis/compare.h"

/* Where most runs got nothing at all it is above any. NAN: no run. */
static double p99_of(const struct cell_stop *stop, enum arm arm)
{
    const struct sample *p99 = &stop->cell->samples[arm][FIGURE_P99];
    return stop->cell->starved[arm] > p99->count ? INFINITY : sample_median(p99);
}

/* Index of the first stop beyond the knee; -1: none exceeds; -2: the arm has no runs. */
static int find_knee(const struct cell_stop *stops, size_t count, enum arm arm,
                     double threshold_s)
{
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        double p99 = p99_of(&stops[i], arm);
        if (isnan(p99))
            continue;
        if (!any && threshold_s <= 0) /* the amplest cell sets the scale */
            threshold_s = COMPARE_KNEE_FACTOR * p99;
        any = true;
        if (p99 > threshold_s)
            return (int)i;
    }
    return any ? -1 : -2;
}

static void knee_of(struct knee *knee, const struct cell_stop *stops, size_t count,
                    double threshold_s)
{
    int at[ARMS];
    for (int a = 0; a < ARMS; a++) {
        at[a] = find_knee(stops, count, (enum arm)a, threshold_s);
        knee->at[a] = at[a] < 0 ? NULL : stops[at[a]].cell;
        strcpy(knee->value[a], at[a] == -2 ? "-" : at[a] < 0 ? "none" : stops[at[a]].value);
    }
    if (at[ARM_SIM] == at[ARM_REAL])
        knee->apart = at[ARM_SIM] == -2 ? -1 : 0;
    else
        knee->apart = at[0] < 0 || at[1] < 0 ? -1 : abs(at[0] - at[1]);
}

/* 1: the last stop is later than the first, -1: sooner; simulated, else measured. 0: not known. */
static int later(const struct cell_stop *stops, size_t count)
{
    for (int a = 0; a < ARMS && count > 0; a++) {
        double first = p99_of(&stops[0], (enum arm)a);
        double last = p99_of(&stops[count - 1], (enum arm)a);
        if (first > 0 && last > 0)
            return (last > first) - (last < first);
    }
    return 0;
}

/* Is the greatest value the amplest? So is more CPU; of other options (memory, pods, clients) the
 * latencies at both ends of all lines tell, of each as often as it has cells. */
static bool greatest_first(const struct cell_line *lines, size_t count)
{
    int64_t sum = 0;
    if (strncmp(lines[0].option, "cpu.", 4) == 0)
        return true;
    for (size_t i = 0; i < count; i++)
        sum += (int64_t)lines[i].count * later(lines[i].stops, lines[i].count);
    return sum < 0;
}

static void reverse(struct cell_line *line)
{
    for (size_t i = 0; i < line->count / 2; i++) {
        struct cell_stop stop = line->stops[i];
        line->stops[i] = line->stops[line->count - 1 - i];
        line->stops[line->count - 1 - i] = stop;
    }
}

size_t compare_knees(const struct cells *cells, double threshold_s, struct knee **knees)
{
    struct cell_line *lines;
    size_t count = cell_lines(cells, &lines);
    *knees = NULL;
    if (count == 0)
        return 0;
    bool down = greatest_first(lines, count);
    *knees = mem_alloc(count * sizeof **knees);
    for (size_t i = 0; i < count; i++) {
        struct knee *knee = &(*knees)[i];
        if (down)
            reverse(&lines[i]);
        strcpy(knee->group, lines[i].group);
        strcpy(knee->option, lines[i].option);
        knee_of(knee, lines[i].stops, lines[i].count, threshold_s);
    }
    cell_lines_free(lines, count);
    return count;
}
