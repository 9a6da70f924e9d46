/* bench_runs.c - whole runs of an experiment with the calibrated FastAPI profile at 200m, 500
 * connections, 10 publishes/s (tests/bench/knee.yaml):
 *   sim.realtime_ratio  simulated seconds a second
 *   sweep.scaling       the time that one worker needs over that of two, rows stored
 *   sweep.scaling.machine  the same for processes that share nothing, taken in turn with it: the most
 *                       to be had here
 *   sweep.scaling.share of that, how much the sweep has
 *   run.overhead        CPU time a run beyond the model's own: plan, hand-over, all rows in a database
 *   start.check         from exec to the exit of `pushsim check`: program, experiment, profile and plan
 *   start.run           the same for `pushsim run` of one run of one second into a new database: what
 *                       start.check has, and waits for the disk to hold the database
 *   start.version       the same for `pushsim --version`: loading the program and its libraries
 *   start.machine       the same for /bin/true: what any program needs here
 * Run at the top of the tree; PUSHSIM: the program (default build/pushsim). */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "experiments/run/runner.h"
#include "models/push_run.h"
#include "tests/bench/bench.h"
#include "tests/support/bench_pace.h"
#include "tests/support/scratch_file.h"

#define EXPERIMENT "tests/bench/knee.yaml"

struct experiment_plan {
    struct experiment experiment;
    struct plan plan;
};

static void check(int code, const struct error *err)
{
    if (code == 0)
        return;
    fprintf(stderr, "bench_runs: %s\n", err->text);
    exit(1);
}

/* The experiment, its phase cut to `duration`. */
static void open_plan(struct experiment_plan *e, const char *duration, const char *replications)
{
    const struct override overrides[] = { { "workload.phases.steady.duration", duration, NULL },
                                          { "replications", replications, NULL } };
    struct error err;
    check(config_load(&e->experiment, EXPERIMENT, overrides, 2, &err), &err);
    check(plan_build(&e->plan, &e->experiment, &err), &err);
}

static void close_plan(struct experiment_plan *e)
{
    plan_close(&e->plan);
    config_close(&e->experiment);
}

static int model(const struct parameters *p, const struct schedule *s, uint64_t seed,
                 uint32_t replication, struct run_record *out, struct error *err)
{
    (void)err;
    push_run(p, s, seed, replication, out);
    return 0;
}

/* The model alone, one run after the other. */
static void run_bare(const struct plan *plan)
{
    for (int64_t i = 1; i <= plan->replications; i++) {
        struct schedule s;
        struct run_record r;
        struct error err;
        uint64_t seed = (uint64_t)plan->seed;
        schedule_build(&s, &plan->points[0].settings.parameters, seed, (uint32_t)i);
        run_record_init(&r);
        model(&plan->points[0].settings.parameters, &s, seed, (uint32_t)i, &r, &err);
        run_record_close(&r);
        schedule_close(&s);
    }
}

/* As `pushsim run` does it, into a new database. */
static void run_stored(const struct experiment_plan *e, int jobs)
{
    struct runner r = { .plan = &e->plan, .model = model, .jobs = jobs };
    struct runner_result result;
    struct scratch scratch;
    struct error err;
    scratch_open(&scratch);
    char *path = scratch_path(&scratch, "bench.db");
    check(store_open(&r.store, path, STORE_CREATE, &err), &err);
    check(store_experiment(r.store, &e->experiment, &r.experiment, &err), &err);
    check(runner_run(&r, &result, &err), &err);
    store_close(r.store);
    free(path);
    scratch_close(&scratch);
}

static double times_real(void *context)
{
    const struct experiment_plan *e = context;
    int64_t start = bench_cpu_ns();
    run_bare(&e->plan);
    double simulated_ns = 600e9 * (double)e->plan.replications;
    return simulated_ns / (double)(bench_cpu_ns() - start);
}

static double two_against_one(void *context)
{
    int64_t start = bench_now_ns();
    run_stored(context, 1);
    int64_t middle = bench_now_ns();
    run_stored(context, 2);
    return (double)(middle - start) / (double)(bench_now_ns() - middle);
}

/* The same runs without a database by `processes` processes that share nothing: what this machine
 * allows. */
static void run_apart(const struct experiment_plan *e, int processes)
{
    struct plan part = e->plan;
    part.replications /= processes;
    for (int i = 0; i < processes; i++)
        if (fork() == 0) {
            run_bare(&part);
            _exit(0);
        }
    for (int i = 0; i < processes; i++)
        wait(NULL);
}

static double two_apart(void *context)
{
    int64_t start = bench_now_ns();
    run_apart(context, 1);
    int64_t middle = bench_now_ns();
    run_apart(context, 2);
    return (double)(middle - start) / (double)(bench_now_ns() - middle);
}

static void scaling(void *context, double *figures, double *pace_ns)
{
    double best;
    figures[0] = two_against_one(context);
    *pace_ns = bench_pace_everywhere(&best);
    figures[1] = two_apart(context);
    figures[2] = figures[0] / figures[1];
}

static void report_scaling(const char *duration, const char *replications)
{
    const struct bench_figure names[] = { { "sweep.scaling", "1" },
                                          { "sweep.scaling.machine", "1" },
                                          { "sweep.scaling.share", "1" } };
    struct experiment_plan e;
    open_plan(&e, duration, replications);
    bench_report_many(names, 3, BENCH_RUNS, BENCH_ALL_CPUS, scaling, &e);
    close_plan(&e);
}

static double overhead_ms(void *context)
{
    const struct experiment_plan *e = context;
    int64_t start = bench_cpu_ns();
    run_bare(&e->plan);
    int64_t bare = bench_cpu_ns() - start;
    run_stored(e, 1);
    int64_t beyond = bench_cpu_ns() - start - 2 * bare;
    return (double)beyond / 1e6 / (double)e->plan.replications;
}

/* Runs a program and waits for its end. */
static void run_program(char **argv)
{
    extern char **environ;
    posix_spawn_file_actions_t quiet;
    pid_t child;
    int status;
    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
    if (posix_spawn(&child, argv[0], &quiet, NULL, argv, environ) ||
        waitpid(child, &status, 0) != child || status != 0) {
        fprintf(stderr, "bench_runs: %s %s failed\n", argv[0], argv[1] ? argv[1] : "");
        exit(1);
    }
    posix_spawn_file_actions_destroy(&quiet);
}

/* ms each, in a row. */
static double start_ms(char **argv)
{
    enum { TIMES = 20 };
    int64_t start = bench_now_ns();
    for (int i = 0; i < TIMES; i++)
        run_program(argv);
    return (double)(bench_now_ns() - start) / 1e6 / TIMES;
}

static double start_check(void *context)
{
    char *argv[] = { context, "check", EXPERIMENT, NULL };
    return start_ms(argv);
}

static double start_run(void *context)
{
    enum { TIMES = 10 };
    int64_t spent = 0;
    for (int i = 0; i < TIMES; i++) {
        struct scratch scratch;
        scratch_open(&scratch);
        char *path = scratch_path(&scratch, "bench.db");
        char *argv[] = {
            context, "run",   EXPERIMENT,       "--quiet", "--db",
            path,    "--set", "replications=1", "--set",   "workload.phases.steady.duration=1s",
            NULL
        };
        int64_t start = bench_now_ns();
        run_program(argv);
        spent += bench_now_ns() - start;
        free(path);
        scratch_close(&scratch);
    }
    return (double)spent / 1e6 / TIMES;
}

static double start_version(void *context)
{
    char *argv[] = { context, "--version", NULL };
    return start_ms(argv);
}

static double start_machine(void *context)
{
    char *argv[] = { "/bin/true", NULL };
    (void)context;
    return start_ms(argv);
}

static void report(const char *name, const char *unit, bench_fn *fn, const char *duration,
                   const char *replications)
{
    struct experiment_plan e;
    open_plan(&e, duration, replications);
    bench_report(name, unit, BENCH_RUNS, fn, &e);
    close_plan(&e);
}

int main(void)
{
    char *program = getenv("PUSHSIM");
    program = program ? program : "build/pushsim";
    runner_keep_memory(); /* as the program does */
    report("sim.realtime_ratio", "1", times_real, "600s", "16");
    report_scaling("600s", "64");
    report("run.overhead", "ms", overhead_ms, "10s", "100");
    bench_report_all("start.check", "ms", BENCH_RUNS, start_check, program);
    bench_report_all("start.run", "ms", BENCH_RUNS, start_run, program);
    bench_report_all("start.version", "ms", BENCH_RUNS, start_version, program);
    bench_report_all("start.machine", "ms", BENCH_RUNS, start_machine, NULL);
    return 0;
}
