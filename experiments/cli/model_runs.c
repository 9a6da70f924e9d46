#include "experiments/cli/model_runs.h"

#include <unistd.h>

#include "analysis/phases.h"
#include "models/push_run.h"

static int model(const struct parameters *p, const struct schedule *s, uint64_t seed,
                 uint32_t replication, struct run_record *out, struct error *err)
{
    (void)err; /* the model has no way to fail but a bug, which asserts */
    push_run(p, s, seed, replication, out);
    phases_describe(p, s, out);
    return 0;
}

int model_runs_jobs(void)
{
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    return cpus < 1 ? 1 : cpus > 256 ? 256 : (int)cpus;
}

int model_runs(const struct session *s, struct store *store, int64_t experiment, int jobs,
               bool force, struct runner_result *result, struct error *err)
{
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
    };
    return runner_run(&runner, result, err);
}
