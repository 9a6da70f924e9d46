#include "models/rollout.h"

#include <stdbool.h>

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t positive(int64_t n)
{
    return n > 0 ? n : 0;
}

static int64_t pods_of(int64_t amount, int64_t replicas, bool round_up)
{
    return amount >= 0 ? amount : (-amount * replicas + (round_up ? 99 : 0)) / 100;
}

struct rollout_step rollout_next(const struct rollout_params *p, int64_t replicas,
                                 struct rollout_pods old, struct rollout_pods fresh)
{
    struct rollout_step step = { 0 };
    int64_t surge = pods_of(p->surge, replicas, true);
    int64_t unavailable = least(pods_of(p->unavailable, replicas, false), replicas);
    if (surge == 0 && unavailable == 0)
        unavailable = 1;

    int64_t room = replicas + surge - old.count - fresh.count;
    step.start = positive(least(room, replicas - fresh.count));

    int64_t must_stay = replicas - unavailable;
    int64_t may_stop =
        positive(old.count + fresh.count - must_stay - (fresh.count - fresh.available));
    int64_t unusable = least(old.count - old.available, may_stop);
    int64_t usable = positive(old.available + fresh.available - must_stay);
    step.stop = unusable + least(least(usable, old.available), may_stop);
    return step;
}
