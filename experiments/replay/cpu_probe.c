/* cpu_probe.c - the parent's side; see cpu_probe.h and cpu_probe_internal.h. */
#include "experiments/replay/cpu_probe.h"

#include <math.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include "experiments/replay/cpu_probe_noise.h"
#include "experiments/replay/cpu_probe_phase.h"
#include "experiments/replay/cpu_probe_setup.h"
#include "experiments/replay/interrupt.h"
#include "experiments/run/monotonic.h"

#define MS              INT64_C(1000000)
#define STEP_TIMEOUT_MS 20000
#define IDLE_PERIODS    3         /* the timer runs on through two */
#define SETTLE_NS       (60 * MS) /* from the limit to the start, at least */
/* The threads are made so long before they start, and for half of that the neighbours rest. What
 * sleeps having had more than its share stays in the queue (DELAY_DEQUEUE); if that is one of two
 * threads, the group's own entity leaves only when that thread does, with what the neighbour has
 * had meanwhile as a claim (PLACE_LAG), up to 4 ms. So the first run beside a neighbour of weight
 * 256 was up to 16 ms too long, however long before the start the threads were made. A group that
 * falls asleep alone on its CPU is owed nothing, as in the model. */
#define LEAD_NS (50 * MS)

static void go_on(struct cpu_probe *p)
{
    if (write(p->to_child[1], "", 1) != 1)
        return; /* the child is dead: the wait that follows says so */
}

/* Waits for the child's next report. */
static int await_report(struct cpu_probe *p, int64_t timeout_ms, struct error *err)
{
    struct pollfd fds[] = { { .fd = p->from_child[0], .events = POLLIN },
                            { .fd = p->signals, .events = POLLIN } };
    char step;
    int n = poll(fds, 2, (int)timeout_ms);
    if (n > 0 && (fds[1].revents & POLLIN) != 0)
        return error_set(err, ERR_STATE, "interrupted");
    if (n == 0)
        return error_set(err, ERR_STATE, "the measured threads did not end in time");
    if (n < 0 || read(p->from_child[0], &step, 1) != 1)
        return error_set(err, ERR_STATE, "the measured process ended early");
    return 0;
}

/* Sets units and units_on from the CPU time that a warm unit takes. */
static int calibrate_child(struct cpu_probe *p, double *unit_ns, struct error *err)
{
    struct cgroup_usage before, after;
    const struct cpu_workload_params *w = p->params;
    int code = await_report(p, STEP_TIMEOUT_MS, err);
    if (code == 0)
        code = cgroup_read(&p->group, &before, err);
    go_on(p);
    if (code == 0)
        code = await_report(p, STEP_TIMEOUT_MS, err);
    if (code == 0)
        code = cgroup_read(&p->group, &after, err);
    if (code != 0)
        return code;
    *unit_ns = (double)(after.usage_ns - before.usage_ns) / (double)p->shared->calibrated;
    p->shared->units = (uint64_t)((double)w->total_ns / *unit_ns) + 1;
    p->shared->units_on = w->off_ns > 0 ? (uint64_t)((double)w->on_ns / *unit_ns) + 1 : 0;
    return 0;
}

/* How fast the host is changes by some 4 % within seconds, so a warm unit is what it takes before
 * and after the measurement, on average: without the limit again, beside nobody. */
static int calibrate_again(struct cpu_probe *p, double unit_ns, struct cpu_workload_result *out,
                           struct error *err)
{
    struct cgroup_limits limits = { .weight = p->params->group.weight };
    double after_ns = unit_ns;
    int code = cgroup_set_limits(&p->group, &limits, err);
    go_on(p);
    if (code == 0)
        code = calibrate_child(p, &after_ns, err);
    if (code == 0)
        out->work_ns = llround((double)out->work_ns * (unit_ns + after_ns) / (2 * unit_ns));
    return code;
}

/* Sets the limit, if there is one, and when the threads start: into a group at rest, whose timer
 * has run through its idle periods. */
static int limit_child(struct cpu_probe *p, const struct cpu_probe_start *start,
                       struct error *err)
{
    const struct cpu_workload_params *w = p->params;
    int64_t period_ns = w->group.period_ns, refill_ns = monotonic_ns();
    int code = 0;
    if (w->group.quota_ns > 0)
        code = cpu_probe_phase_limit(&p->group, &w->group, w->host.tick_ns, start->tick,
                                     &refill_ns, err);
    int64_t go_ns = refill_ns + (int64_t)((IDLE_PERIODS + start->period) * (double)period_ns);
    while (go_ns < monotonic_ns() + SETTLE_NS)
        go_ns += period_ns;
    p->shared->go_ns = go_ns;
    p->shared->end_ns = go_ns + w->duration_ns;
    return code;
}

/* SIGSTOP takes a neighbour off its CPU, SIGCONT lets it go on. */
static void signal_rivals(const struct cpu_probe *p, int signal)
{
    for (int i = 0; p->rivals != NULL && i < p->params->host.cpus; i++)
        kill(p->rivals[i].child, signal);
}

/* Lets the child make its threads, which go to sleep alone on their CPUs. */
static void make_threads(struct cpu_probe *p)
{
    signal_rivals(p, SIGSTOP);
    cpu_probe_sleep_until(p->shared->go_ns - LEAD_NS);
    go_on(p);
    cpu_probe_sleep_until(p->shared->go_ns - LEAD_NS / 2);
    signal_rivals(p, SIGCONT);
}

static int64_t last_end(const struct cpu_probe *p)
{
    int64_t end_ns = 0;
    for (int i = 0; i < p->params->threads; i++)
        if (p->shared->areas[i].ended_ns > end_ns)
            end_ns = p->shared->areas[i].ended_ns;
    return end_ns;
}

static int collect_list(const struct cpu_probe_list *list, struct cpu_samples *out,
                        struct error *err)
{
    if (list->count > CPU_PROBE_ROOM)
        return error_set(err, ERR_STATE,
                         "%zu samples in a thread, room for %d: shorten the run", list->count,
                         CPU_PROBE_ROOM);
    for (size_t i = 0; i < list->count; i++)
        cpu_samples_add(out, list->ns[i]);
    return 0;
}

static int collect(const struct cpu_probe *p, double unit_ns, struct cpu_workload_result *out,
                   struct cpu_probe_quality *quality, struct error *err)
{
    int code = 0;
    for (int i = 0; i < p->params->threads && code == 0; i++) {
        const struct cpu_probe_area *area = &p->shared->areas[i];
        code = collect_list(&area->runs, &out->runs, err);
        if (code == 0)
            code = collect_list(&area->stalls, &out->stalls, err);
        if (code == 0)
            code = collect_list(&area->late, &out->late, err);
        quality->left_out += area->foreign;
        quality->left_out_ns += area->foreign_ns;
        out->work_ns += p->params->work == CPU_WORK_TOUCH
                            ? (int64_t)((double)area->units * unit_ns)
                            : area->work_ns;
    }
    out->elapsed_ns = p->params->work == CPU_WORK_TOUCH ? last_end(p) - p->shared->go_ns
                                                        : p->params->duration_ns;
    return code;
}

/* Until the end of the time, or until the child reports that it is done before. */
static int await_end(struct cpu_probe *p, struct error *err)
{
    struct pollfd fds[] = { { .fd = p->from_child[0], .events = POLLIN },
                            { .fd = p->signals, .events = POLLIN } };
    int64_t left_ns = p->shared->end_ns - monotonic_ns();
    int n = poll(fds, 2, left_ns > MS ? (int)(left_ns / MS) : 0);
    if (n == 0)
        cpu_probe_sleep_until(p->shared->end_ns);
    if (n > 0 && (fds[1].revents & POLLIN) != 0)
        return error_set(err, ERR_STATE, "interrupted");
    return 0;
}

static void set_counters(struct cpu_workload_result *out, const struct cgroup_usage *before,
                         const struct cgroup_usage *after)
{
    out->counters = (struct cpu_counters){
        .usage_ns = after->usage_ns - before->usage_ns,
        .throttled_ns = after->throttled_ns - before->throttled_ns,
        .periods = after->periods - before->periods,
        .throttled = after->throttled - before->throttled,
    };
}

/* From the limit on: release the threads, wait, read the counters. */
static int measure(struct cpu_probe *p, double unit_ns, struct cpu_workload_result *out,
                   struct cpu_probe_quality *quality, struct error *err)
{
    struct cgroup_usage before, after;
    const struct cpu_workload_params *w = p->params;
    make_threads(p);
    cpu_probe_sleep_until(p->shared->go_ns - MS);
    int code = cgroup_read(&p->group, &before, err);
    if (code == 0)
        code = await_end(p, err);
    if (code == 0 && w->work != CPU_WORK_TOUCH)
        code = cgroup_read(&p->group, &after, err);
    if (code == 0)
        code = await_report(p, STEP_TIMEOUT_MS, err);
    if (code == 0 && w->work == CPU_WORK_TOUCH) /* to its end, which may be earlier or later */
        code = cgroup_read(&p->group, &after, err);
    if (code != 0)
        return code;
    set_counters(out, &before, &after);
    return collect(p, unit_ns, out, quality, err);
}

/* The measurement between two looks at the machine. */
static int measure_and_judge(struct cpu_probe *p, double unit_ns,
                             struct cpu_workload_result *out, struct cpu_probe_quality *quality,
                             struct error *err)
{
    struct cpu_probe_noise noise;
    cpu_probe_noise_begin(&noise, p);
    int code = measure(p, unit_ns, out, quality, err);
    cpu_probe_noise_end(&noise, p, quality);
    return code;
}

static int run_once(struct cpu_probe *p, const struct cpu_probe_start *start,
                    const sigset_t *set, struct cpu_workload_result *out,
                    struct cpu_probe_quality *quality, struct error *err)
{
    double unit_ns = 1;
    cpu_set_t before;
    sched_getaffinity(0, sizeof before, &before);
    int code = cpu_probe_setup_channels(p, set, err);
    *quality = (struct cpu_probe_quality){ .gaps = cpu_probe_noise_gaps(p) };
    cpu_probe_setup_keep_away(p);
    if (code == 0)
        code = cpu_probe_setup_child(p, err);
    if (code == 0)
        go_on(p);
    if (code == 0 && p->params->work == CPU_WORK_TOUCH)
        code = calibrate_child(p, &unit_ns, err);
    if (code == 0)
        code = cpu_probe_setup_rivals(p, err);
    if (code == 0)
        code = limit_child(p, start, err);
    if (code == 0)
        code = measure_and_judge(p, unit_ns, out, quality, err);
    if (code == 0 && p->params->work == CPU_WORK_TOUCH && p->rivals == NULL)
        code = calibrate_again(p, unit_ns, out, err);
    code = cpu_probe_setup_end(p, code, err);
    sched_setaffinity(0, sizeof before, &before);
    return code;
}

int cpu_probe_run(const struct cpu_workload_params *params, size_t set_bytes,
                  const struct cpu_probe_start *start, struct cpu_workload_result *out,
                  struct cpu_probe_quality *quality, struct error *err)
{
    struct cpu_probe p = { .params = params, .set_bytes = set_bytes < 64 ? 64 : set_bytes };
    struct cpu_workload_result result = { 0 };
    sigset_t set, before;
    int code = cpu_probe_setup_cpus(&p, err);
    if (code != 0)
        return code;
    interrupt_signals(&set);
    interrupt_hold(&before);
    code = run_once(&p, start, &set, &result, quality, err);
    interrupt_release(&before);
    if (code == 0)
        *out = result;
    else
        cpu_workload_result_close(&result);
    return code;
}
