/* cpu_cells.c - see cpu_cells.h. */
#include "experiments/cli/cpu_cells.h"

#include <assert.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

#define MS           INT64_C(1000000)
#define REPEATS_LONG 12 /* of 8 periods: their begin and end count for less than a bound */
#define PERIODS_LONG 8
#define REPEATS      24 /* of short periods: what differs is their phase against the tick */
#define SHORT_NS     (300 * MS)
/* Beside a neighbour of less weight a period has one stall of some 76 ms or that and one of 4 ms,
 * as the phases fall. The mean of 16 repeats of 8 periods has a standard error of 1.6 ms
 * (simulated), beside a bound of 2.2: of twelve one in four would miss with the very same
 * distribution. */
#define REPEATS_NEIGHBOUR 32
#define GAP               (MS / 2) /* virtual machines lose some 0.4 ms at a time without a limit */
/* Of a fixed amount of work: their median is compared. One repeat of the empty set has a spread of
 * 0.015 to 0.03 on a virtual machine, beside a bound of 0.02; one of 4 MiB a spread of 0.15 and
 * more, as what shares the core comes and goes, beside a bound of 0.10. */
#define WARM_REPEATS 15
#define WARM_WORK    (100 * MS)

struct list {
    struct cpu_cell *cells;
    int count;
};

static struct cpu_cell *add(struct list *list, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static struct cpu_cell *add(struct list *list, const char *format, ...)
{
    assert(list->count < CPU_CELLS_MAX);
    struct cpu_cell *cell = &list->cells[list->count++];
    *cell = (struct cpu_cell){ .plan = { .repeats = REPEATS } };
    cpu_workload_defaults(&cell->plan.params);
    va_list args;
    va_start(args, format);
    vsnprintf(cell->name, sizeof cell->name, format, args);
    va_end(args);
    return cell;
}

/* A period of whole ticks keeps its phase against them, so a repeat is one draw of what decides the
 * length of runs. With random phases and eight repeats the stalls of 5/10-2t2c-onoff had a standard
 * error of 0.26 ms, above the bound; throttled shares of 6 periods x 16 one of 0.02 (simulated). So
 * the phases are spread evenly (cpu_arm_start), and where a period is short there are more. */
static void limit(struct cpu_cell *cell, int64_t quota_ns, int64_t period_ns, int64_t burst_ns)
{
    struct cpu_workload_params *p = &cell->plan.params;
    p->group = (struct cpu_group_params){
        .quota_ns = quota_ns, .period_ns = period_ns, .burst_ns = burst_ns, .weight = 1024
    };
    p->gap_ns = GAP;
    bool is_long = PERIODS_LONG * period_ns > SHORT_NS;
    p->duration_ns = is_long ? PERIODS_LONG * period_ns : SHORT_NS;
    cell->plan.repeats = is_long ? REPEATS_LONG : REPEATS;
}

/* Threads that share a CPU wait for each other's turns (on_ns) whatever the limit does. A stall is
 * to be longer than that: with the shortest stall at the length of a turn (0.5 ms both) it hung on
 * microseconds whether a run of some 5 or of some 15 ms was told as one or as two. */
static void stalls_beyond_turns(struct cpu_workload_params *p)
{
    if (p->work == CPU_WORK_ONOFF && p->threads > p->host.cpus)
        p->gap_ns = GAP + (p->threads - p->host.cpus) * p->on_ns;
}

static void add_limits(struct list *list)
{
    static const struct {
        int quota, period, burst;
    } limits[] = { { 20, 100, 0 }, { 50, 100, 0 }, { 10, 20, 0 },
                   { 5, 10, 0 },   { 2, 5, 0 },    { 20, 100, 20 } };
    static const struct {
        int threads, cpus;
    } shapes[] = { { 1, 1 }, { 2, 1 }, { 2, 2 } };
    for (size_t l = 0; l < sizeof limits / sizeof *limits; l++)
        for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
            for (int onoff = 0; onoff < 2; onoff++) {
                char burst[16] = "";
                if (limits[l].burst > 0)
                    snprintf(burst, sizeof burst, "+%d", limits[l].burst);
                struct cpu_cell *cell =
                    add(list, "%d/%d%s-%dt%dc-%s", limits[l].quota, limits[l].period, burst,
                        shapes[s].threads, shapes[s].cpus, onoff ? "onoff" : "spin");
                limit(cell, limits[l].quota * MS, limits[l].period * MS, limits[l].burst * MS);
                cell->plan.params.threads = shapes[s].threads;
                cell->plan.params.host.cpus = shapes[s].cpus;
                cell->plan.params.work = onoff ? CPU_WORK_ONOFF : CPU_WORK_SPIN;
                stalls_beyond_turns(&cell->plan.params);
            }
}

static void add_neighbours(struct list *list)
{
    static const int weights[] = { 1024, 256 };
    for (int i = 0; i < 2; i++)
        for (int quota = 0; quota <= 20; quota += 20) {
            struct cpu_cell *cell =
                add(list, "neighbour-%d-%s", weights[i], quota == 0 ? "spin" : "20/100-spin");
            limit(cell, quota * MS, 100 * MS, 0);
            cell->plan.params.neighbour_weight = weights[i];
            if (quota > 0 && weights[i] < 1024)
                cell->plan.repeats = REPEATS_NEIGHBOUR;
        }
}

static void add_warmth(struct list *list)
{
    static const int sets[] = { 0, 1, 4, 32 };
    static const struct {
        const char *name;
        int quota, on, off; /* ms */
    } kinds[] = { { "10/100", 10, 10, 0 },
                  { "50/100", 50, 10, 0 },
                  { "sleep-90/10", 0, 10, 90 },
                  { "sleep-10/90", 0, 90, 10 } };
    for (int s = 0; s < 4; s++)
        for (int k = 0; k < 4; k++) {
            struct cpu_cell *cell = add(list, "warm-%dMiB-%s", sets[s], kinds[k].name);
            struct cpu_workload_params *p = &cell->plan.params;
            limit(cell, kinds[k].quota * MS, 100 * MS, 0);
            p->work = CPU_WORK_TOUCH;
            p->on_ns = kinds[k].on * MS;
            p->off_ns = kinds[k].off * MS;
            p->total_ns = WARM_WORK;
            p->duration_ns = 100 * WARM_WORK;
            cell->plan.set_bytes = (size_t)sets[s] << 20;
            cell->plan.repeats = WARM_REPEATS;
        }
}

int cpu_cells_make(struct cpu_cell cells[CPU_CELLS_MAX])
{
    struct list list = { .cells = cells };
    add_limits(&list);
    add_neighbours(&list);
    add_warmth(&list);
    return list.count;
}
