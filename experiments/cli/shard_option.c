#include "experiments/cli/shard_option.h"

#include <stdio.h>

enum { KEY_SHARD = 0x2000 }; /* none of a command's, nor of the session's */

static const struct argp_option options[] = {
    { "shard", KEY_SHARD, "I/N", 0,
      "Make part I of N of the runs, into NAME.I-of-N.db unless --db says otherwise (then: "
      "pushsim "
      "merge). Default: the part of this task of a Slurm array; /N in a Kubernetes Indexed "
      "Job; "
      "else all",
      0 },
    { 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct session *s = state->input;
    struct error err;
    if (key != KEY_SHARD)
        return ARGP_ERR_UNKNOWN;
    if (shard_parse(&s->shard, arg, &err))
        argp_error(state, "%s", err.text);
    return 0;
}

const struct argp shard_argp = { options, parse, NULL, NULL, NULL, NULL, NULL };

static int64_t runs_of(const struct session *s, int64_t each)
{
    return (int64_t)s->plan.count * each;
}

int shard_option_settle(struct session *s, int64_t each, struct error *err)
{
    struct shard shard = s->shard;
    int64_t runs = runs_of(s, each);
    int code = shard_from_scheduler(&shard, err);
    if (code)
        return code;
    if (shard.count > runs)
        return error_set(
            err, ERR_INVALID, "shard %lld/%lld: more shards than runs, %s has %lld",
            (long long)shard.index, (long long)shard.count, s->path, (long long)runs);
    shard.each = each;
    s->shard = shard;
    return 0;
}

void shard_option_print(const struct session *s)
{
    int64_t runs = runs_of(s, s->shard.each);
    if (shard_is_part(&s->shard))
        printf("shard %lld of %lld: %lld of %lld runs\n", (long long)s->shard.index,
               (long long)s->shard.count, (long long)shard_runs(&s->shard, runs),
               (long long)runs);
}
