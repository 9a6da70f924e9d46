#include "models/rollout.h"

#include <math.h>

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t positive(int64_t n)
{
    return n > 0 ? n : 0;
}

struct rollout_step rollout_next(const struct rollout_params *p, int64_t replicas,
                                 struct rollout_pods old, struct rollout_pods fresh)
{
    struct rollout_step step = { 0 };
    int64_t surge = (int64_t)ceil(p->surge * (double)replicas - 1e-9);
    int64_t unavailable = (int64_t)floor(p->unavailable * (double)replicas + 1e-9);
    if (surge == 0 && unavailable == 0)
        unavailable = 1;

    int64_t room = replicas + surge - old.count - fresh.count;
    step.start = positive(least(room, replicas - fresh.count));

    int64_t must_stay = replicas - unavailable;
    int64_t may_stop =
        positive(old.count + fresh.count - must_stay - (fresh.count - fresh.available));
    step.stop_unusable = least(old.count - old.available, may_stop);
    int64_t usable = positive(old.available + fresh.available - must_stay);
    step.stop = step.stop_unusable + least(least(usable, old.available), may_stop);
    return step;
}
