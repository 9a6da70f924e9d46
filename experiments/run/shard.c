#include "experiments/run/shard.h"

#include <stdlib.h>
#include <string.h>

#define DIGITS_MAX 9 /* no plan has so many runs */

/* Digits alone: no sign, no space. Moves *text behind them. */
static bool read_count(const char **text, int64_t *count)
{
    size_t digits = strspn(*text, "0123456789");
    if (digits == 0 || digits > DIGITS_MAX)
        return false;
    *count = strtoll(*text, NULL, 10);
    *text += digits;
    return true;
}

int shard_parse(struct shard *shard, const char *text, struct error *err)
{
    const char *at = text;
    int64_t index = 0, count;
    bool given = *at != '/';
    if ((given && !read_count(&at, &index)) || *at++ != '/' || !read_count(&at, &count) || *at)
        return error_set(err, ERR_INVALID,
                         "--shard %.60s: must be I/N, part I of N, or /N where Slurm or "
                         "Kubernetes says which",
                         text);
    if (count == 0)
        return error_set(err, ERR_INVALID, "--shard %.60s: there must be a part", text);
    if (given && (index < 1 || index > count))
        return error_set(err, ERR_INVALID,
                         "--shard %.60s: must be between 1/%lld and %lld/%lld", text,
                         (long long)count, (long long)count, (long long)count);
    shard->index = index;
    shard->count = count;
    return 0;
}

/* -1: not set. */
static int read_variable(const char *name, int64_t *value, struct error *err)
{
    const char *text = getenv(name), *at = text;
    int64_t count;
    if (!text || !*text) {
        *value = -1;
        return 0;
    }
    if (!read_count(&at, &count) || *at)
        return error_set(err, ERR_INVALID, "%s=%.60s: no number; give --shard I/N", name, text);
    *value = count;
    return 0;
}

enum { SLURM_ID, SLURM_MIN, SLURM_MAX, SLURM_STEP, SLURM_COUNT, SLURM_VARIABLES };

/* Tasks min, min + step, ... Those of a list such as 1,3,7 have no such places. */
static int take_slurm(struct shard *shard, const int64_t v[SLURM_VARIABLES], struct error *err)
{
    int64_t count = v[SLURM_COUNT], min = v[SLURM_MIN];
    int64_t step = v[SLURM_STEP] < 1 ? 1 : v[SLURM_STEP];
    int64_t max = v[SLURM_MAX] < 0 ? min + (count - 1) * step : v[SLURM_MAX];
    int64_t place = (v[SLURM_ID] - min) / step;
    if (count < 1 || min < 0)
        return error_set(err, ERR_INVALID,
                         "SLURM_ARRAY_TASK_ID is set, but not SLURM_ARRAY_TASK_MIN and "
                         "SLURM_ARRAY_TASK_COUNT: give --shard I/N");
    if (shard->count && shard->count != count)
        return error_set(err, ERR_INVALID, "--shard /%lld: the Slurm array has %lld task%s",
                         (long long)shard->count, (long long)count, count == 1 ? "" : "s");
    if (place < 0 || place >= count || min + place * step != v[SLURM_ID] ||
        min + (count - 1) * step != max)
        return error_set(err, ERR_INVALID,
                         "SLURM_ARRAY_TASK_ID=%lld: the tasks of this array are no even range; "
                         "give --shard I/N",
                         (long long)v[SLURM_ID]);
    shard->index = place + 1;
    shard->count = count;
    return 0;
}

static int take_kubernetes(struct shard *shard, int64_t index, struct error *err)
{
    if (shard->count == 0)
        return error_set(err, ERR_INVALID,
                         "JOB_COMPLETION_INDEX=%lld: of how many? Give --shard /N (the Job's "
                         "spec.completions), or --shard 1/1 for all runs",
                         (long long)index);
    if (index >= shard->count)
        return error_set(err, ERR_INVALID,
                         "--shard /%lld: JOB_COMPLETION_INDEX is %lld, and counts from 0",
                         (long long)shard->count, (long long)index);
    shard->index = index + 1;
    return 0;
}

int shard_from_scheduler(struct shard *shard, struct error *err)
{
    static const char *const names[SLURM_VARIABLES] = {
        [SLURM_ID] = "SLURM_ARRAY_TASK_ID",       [SLURM_MIN] = "SLURM_ARRAY_TASK_MIN",
        [SLURM_MAX] = "SLURM_ARRAY_TASK_MAX",     [SLURM_STEP] = "SLURM_ARRAY_TASK_STEP",
        [SLURM_COUNT] = "SLURM_ARRAY_TASK_COUNT",
    };
    int64_t slurm[SLURM_VARIABLES], kubernetes = -1;
    int code = 0;
    if (shard->index > 0)
        return 0;
    for (int i = 0; i < SLURM_VARIABLES && code == 0; i++)
        code = read_variable(names[i], &slurm[i], err);
    if (code == 0)
        code = read_variable("JOB_COMPLETION_INDEX", &kubernetes, err);
    if (code)
        return code;
    if (slurm[SLURM_ID] >= 0)
        return take_slurm(shard, slurm, err);
    if (kubernetes >= 0)
        return take_kubernetes(shard, kubernetes, err);
    if (shard->count == 0)
        return 0;
    return error_set(err, ERR_INVALID,
                     "--shard /%lld: which one? Neither SLURM_ARRAY_TASK_ID nor "
                     "JOB_COMPLETION_INDEX is set",
                     (long long)shard->count);
}

bool shard_is_part(const struct shard *shard)
{
    return shard && shard->count > 1;
}

bool shard_has(const struct shard *shard, int64_t point, int64_t run)
{
    if (!shard_is_part(shard))
        return true;
    return ((point - 1) * shard->each + run - 1) % shard->count == shard->index - 1;
}

int64_t shard_runs(const struct shard *shard, int64_t runs)
{
    if (!shard_is_part(shard))
        return runs;
    return runs / shard->count + (shard->index <= runs % shard->count);
}
