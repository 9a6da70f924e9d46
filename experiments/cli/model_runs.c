#include "experiments/cli/model_runs.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "analysis/phases.h"
#include "experiments/replay/interrupt.h"
#include "models/push_run.h"

static int model(const struct parameters *p, const struct schedule *s, uint64_t seed,
                 uint32_t replication, struct run_record *out, struct error *err)
{
    (void)err; /* the model has no way to fail but a bug, which asserts */
    push_run(p, s, seed, replication, out);
    phases_describe(p, s, out);
    return 0;
}

struct at_work {
    const struct session *session;
    struct store *store;
};

static void interrupted(void *context, int number, const struct runner_result *so_far)
{
    const struct at_work *w = context;
    char *db = session_db_path(w->session);
    store_close(w->store);
    fprintf(stderr, "pushsim: interrupted by SIG%s; %lld finished run%s kept -> %s\n",
            sigabbrev_np(number), (long long)so_far->done, so_far->done == 1 ? "" : "s", db);
    _exit(128 + number);
}

void model_runs_hold(sigset_t *before)
{
    sigset_t set;
    interrupt_signals(&set);
    pthread_sigmask(SIG_BLOCK, &set, before);
}

void model_runs_release(const sigset_t *before)
{
    pthread_sigmask(SIG_SETMASK, before, NULL);
}

int model_runs_jobs(void)
{
    cpu_set_t mine;
    long cpus = sched_getaffinity(0, sizeof mine, &mine) == 0 ? CPU_COUNT(&mine)
                                                              : sysconf(_SC_NPROCESSORS_ONLN);
    return cpus < 1 ? 1 : cpus > 256 ? 256 : (int)cpus;
}

int model_runs(const struct session *s, struct store *store, int64_t experiment, int jobs,
               bool force, struct runner_result *result, struct error *err)
{
    struct at_work at_work = { s, store };
    sigset_t before, signals;
    interrupt_signals(&signals);
    model_runs_hold(&before);
    struct runner runner = {
        .plan = &s->plan,
        .trace = session_trace(s),
        .model = model,
        .store = store,
        .experiment = experiment,
        .shard = s->shard,
        .jobs = jobs ? jobs : model_runs_jobs(),
        .force = force,
        .progress = isatty(STDERR_FILENO),
        .signals = &signals,
        .interrupted = interrupted,
        .context = &at_work,
    };
    int code = runner_run(&runner, result, err);
    model_runs_release(&before);
    return code;
}
