/* cpu_print.c - see cpu_print.h. */
#include "experiments/cli/cpu_print.h"

#include <inttypes.h>
#include <math.h>

#include "analysis/json_number.h"

#define KINDS 3 /* of samples */

static const struct cpu_series *kind_of(const struct cpu_summary *s, int kind,
                                        const char **name)
{
    static const char *const names[KINDS] = { "run", "stall", "late" };
    const struct cpu_series *series[KINDS] = { &s->run, &s->stall, &s->late };
    *name = names[kind];
    return series[kind];
}

static void print_number(FILE *stream, double value)
{
    if (isnan(value))
        fprintf(stream, " %9s", "-");
    else
        fprintf(stream, " %9.3f", value);
}

static void print_series(FILE *stream, const char *arm, const char *name,
                         const struct cpu_series *s)
{
    if (s->count == 0)
        return;
    const double figures[] = { s->mean, s->sd, s->p10, s->p50, s->p90, s->p99 };
    fprintf(stream, "%-6s %-6s %8zu", name, arm, s->count);
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        print_number(stream, figures[i]);
    fputc('\n', stream);
}

static void print_counters(FILE *stream, const char *name, const struct cpu_arm *arm)
{
    const struct cpu_summary *s = &arm->summary;
    if (!arm->present)
        return;
    fprintf(stream, "%-6s periods %" PRIu64 ", throttled %" PRIu64, name, s->periods,
            s->throttled);
    if (!isnan(s->throttled_share))
        fprintf(stream, " (%.1f %%)", 100 * s->throttled_share);
    fprintf(stream, ", %.4f CPUs used, %d repeats", s->cpu_share, arm->repeats);
    if (arm->noisy > 0)
        fprintf(stream, " (%d measurements were noisy%s)", arm->noisy,
                arm->disturbed ? ", too many: do not rely on it" : " and left out");
    if (arm->left_out > 0)
        fprintf(stream, "; %" PRIu64 " waits (%.1f ms) of other causes left out", arm->left_out,
                arm->left_out_ms);
    fputc('\n', stream);
}

static void print_distance(FILE *stream, const struct cpu_arm *sim, const struct cpu_arm *real)
{
    struct cpu_distance d;
    cpu_distance_of(&sim->summary, &real->summary, &d);
    const struct {
        const char *name;
        double w1_ms, mean;
    } rows[] = { { "run", d.run_w1_ms, d.run_mean },
                 { "stall", d.stall_w1_ms, d.stall_mean },
                 { "late", d.late_w1_ms, d.late_mean } };
    fputs("\ndistance of the distributions (Wasserstein-1), error of the mean\n", stream);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!isnan(rows[i].w1_ms))
            fprintf(stream, "%-6s %9.3f ms %9.1f %%\n", rows[i].name, rows[i].w1_ms,
                    100 * rows[i].mean);
    fprintf(stream, "throttled share differs by %.3f, CPU used by %.1f %%\n", d.throttled_share,
            100 * d.cpu_share);
}

void cpu_print_table(FILE *stream, const struct cpu_plan *plan, const struct cpu_arm *sim,
                     const struct cpu_arm *real)
{
    const struct cpu_workload_params *p = &plan->params;
    if (p->group.quota_ns == 0)
        fputs("no quota", stream);
    else
        fprintf(stream, "quota %g ms in %g ms, burst %g ms", (double)p->group.quota_ns / 1e6,
                (double)p->group.period_ns / 1e6, (double)p->group.burst_ns / 1e6);
    fprintf(stream, "; %d thread(s) on %d CPU(s)\n\n", p->threads, p->host.cpus);
    fprintf(stream, "%-6s %-6s %8s %9s %9s %9s %9s %9s %9s\n", "ms", "arm", "samples", "mean",
            "sd", "p10", "p50", "p90", "p99");
    const struct cpu_arm *arms[] = { sim, real };
    const char *names[] = { "sim", "real" };
    for (int kind = 0; kind < KINDS; kind++)
        for (int i = 0; i < 2; i++) {
            const char *name;
            const struct cpu_series *series = kind_of(&arms[i]->summary, kind, &name);
            if (arms[i]->present)
                print_series(stream, names[i], name, series);
        }
    fputc('\n', stream);
    for (int i = 0; i < 2; i++)
        print_counters(stream, names[i], arms[i]);
    if (p->work == CPU_WORK_TOUCH)
        for (int i = 0; i < 2; i++)
            if (arms[i]->present)
                fprintf(stream, "%-6s %.3f of CPU time for 1 of warm work\n", names[i],
                        arms[i]->summary.cost);
    if (sim->present && real->present)
        print_distance(stream, sim, real);
    if (sim->present && real->present && p->work == CPU_WORK_TOUCH)
        fprintf(stream, "CPU time for the same work differs by %.1f %%\n",
                100 * fabs(sim->summary.cost / real->summary.cost - 1));
}

static void print_samples(FILE *stream, const char *arm, const struct cpu_summary *summary)
{
    for (int kind = 0; kind < KINDS; kind++) {
        const char *name;
        const struct cpu_series *series = kind_of(summary, kind, &name);
        for (size_t i = 0; i < series->count; i++)
            fprintf(stream, "%s,%s,%.6f\n", arm, name, series->ms[i]);
    }
}

void cpu_print_samples(FILE *stream, const struct cpu_arm *sim, const struct cpu_arm *real)
{
    fputs("arm,kind,ms\n", stream);
    if (sim->present)
        print_samples(stream, "sim", &sim->summary);
    if (real->present)
        print_samples(stream, "real", &real->summary);
}

static void set_number(json_t *object, const char *key, double value)
{
    json_object_set_new(object, key, json_number(value));
}

static json_t *series_json(const struct cpu_series *s)
{
    json_t *object = json_object();
    set_number(object, "mean", s->mean);
    set_number(object, "sd", s->sd);
    set_number(object, "p10", s->p10);
    set_number(object, "p50", s->p50);
    set_number(object, "p90", s->p90);
    set_number(object, "p99", s->p99);
    json_object_set_new(object, "samples", json_integer((json_int_t)s->count));
    return object;
}

static json_t *arm_json(const struct cpu_arm *arm)
{
    const struct cpu_summary *s = &arm->summary;
    if (!arm->present)
        return json_null();
    json_t *object = json_object();
    json_object_set_new(object, "run_ms", series_json(&s->run));
    json_object_set_new(object, "stall_ms", series_json(&s->stall));
    json_object_set_new(object, "late_ms", series_json(&s->late));
    set_number(object, "throttled_share", s->throttled_share);
    set_number(object, "cpu_share", s->cpu_share);
    set_number(object, "cost", s->cost);
    json_object_set_new(object, "periods", json_integer((json_int_t)s->periods));
    json_object_set_new(object, "throttled", json_integer((json_int_t)s->throttled));
    json_object_set_new(object, "repeats", json_integer(arm->repeats));
    json_object_set_new(object, "noisy", json_integer(arm->noisy));
    json_object_set_new(object, "disturbed", json_boolean(arm->disturbed));
    return object;
}

static json_t *distance_json(const struct cpu_arm *sim, const struct cpu_arm *real)
{
    struct cpu_distance d;
    if (!sim->present || !real->present)
        return json_null();
    cpu_distance_of(&sim->summary, &real->summary, &d);
    json_t *object = json_object();
    set_number(object, "run_w1_ms", d.run_w1_ms);
    set_number(object, "stall_w1_ms", d.stall_w1_ms);
    set_number(object, "late_w1_ms", d.late_w1_ms);
    set_number(object, "run_mean", d.run_mean);
    set_number(object, "stall_mean", d.stall_mean);
    set_number(object, "late_mean", d.late_mean);
    set_number(object, "throttled_share", d.throttled_share);
    set_number(object, "cpu_share", d.cpu_share);
    set_number(object, "cost", d.cost);
    return object;
}

json_t *cpu_print_json(const struct cpu_arm *sim, const struct cpu_arm *real)
{
    json_t *object = json_object();
    json_object_set_new(object, "sim", arm_json(sim));
    json_object_set_new(object, "real", arm_json(real));
    json_object_set_new(object, "distance", distance_json(sim, real));
    return object;
}
