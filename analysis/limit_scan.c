#include "analysis/limit_scan.h"

#include <math.h>
#include <stdlib.h>

#include "analysis/parallel.h"

struct scanning {
    const struct limit_question *question;
    const struct limit_scan *scan;
    bool *broken; /* of each run, LIMIT_SCAN_VALUES */
};

static int scan_run(size_t run, void *context, struct error *err)
{
    const struct scanning *s = context;
    int code = 0;
    for (size_t i = 0; i < s->scan->count && code == 0; i++) {
        bool kept = false;
        code = limit_run(s->question, (uint32_t)run + 1, s->scan->value[i], &kept, err);
        s->broken[run * LIMIT_SCAN_VALUES + i] = !kept;
    }
    return code;
}

/* Within the range; whole ones once. */
static void place(struct limit_scan *scan, const struct limit_question *q, double centre,
                  bool more_breaks)
{
    double step = more_breaks ? LIMIT_SCAN_STEP : 1 / LIMIT_SCAN_STEP;
    int side = LIMIT_SCAN_VALUES / 2;
    for (int k = -side; k <= side; k++) {
        double value = centre * pow(step, k);
        value = limit_whole(q) ? round(value) : value;
        bool again = scan->count > 0 && scan->value[scan->count - 1] == value;
        if (value >= q->from && value <= q->to && !again)
            scan->value[scan->count++] = value;
    }
}

static double z_of_fall(const bool *broken, int64_t runs, size_t i, size_t j)
{
    int b = 0, c = 0;
    for (int64_t r = 0; r < runs; r++) {
        const bool *run = &broken[r * LIMIT_SCAN_VALUES];
        b += run[i] && !run[j];
        c += run[j] && !run[i];
    }
    return b + c > 0 ? (b - c) / sqrt(b + c) : 0;
}

void limit_scan_judge(struct limit_scan *scan, const bool *broken, int64_t runs)
{
    double surest = LIMIT_SCAN_Z;
    scan->falls = false;
    scan->last = NAN;
    for (size_t i = 0; i < scan->count; i++) {
        int64_t breaks = 0;
        for (int64_t r = 0; r < runs; r++)
            breaks += broken[r * LIMIT_SCAN_VALUES + (int64_t)i];
        scan->share[i] = (double)breaks / (double)runs;
        if (2 * breaks <= runs)
            scan->last = scan->value[i];
    }
    for (size_t i = 0; i < scan->count; i++)
        for (size_t j = i + 1; j < scan->count; j++) {
            double z = z_of_fall(broken, runs, i, j);
            if (z < surest)
                continue;
            surest = z;
            scan->falls = true;
            scan->high = i;
            scan->low = j;
        }
}

int limit_scan(const struct limit_question *q, double centre, bool more_breaks, int64_t runs,
               int jobs, struct limit_scan *scan, struct error *err)
{
    struct limit_scan s = { .count = 0 };
    struct scanning work = { .question = q, .scan = &s };
    if (runs >= LIMIT_SCAN_RUNS)
        place(&s, q, centre, more_breaks);
    work.broken = mem_alloc((size_t)runs * LIMIT_SCAN_VALUES * sizeof *work.broken);
    int code = parallel_try(s.count > 0 ? (size_t)runs : 0, jobs, scan_run, &work, err);
    if (code == 0) {
        limit_scan_judge(&s, work.broken, runs);
        *scan = s;
    }
    free(work.broken);
    return code;
}
