#include "experiments/replay/host_pace_best.h"

#include <math.h>

void host_pace_best_add(struct host_pace_best *best, double ns)
{
    int i = best->count;
    if (i == HOST_PACE_LOWEST && ns >= best->ns[--i])
        return;
    for (; i > 0 && best->ns[i - 1] > ns; i--)
        best->ns[i] = best->ns[i - 1];
    best->ns[i] = ns;
    if (best->count < HOST_PACE_LOWEST)
        best->count++;
}

double host_pace_best(const struct host_pace_best *best)
{
    for (int i = 0; i + HOST_PACE_AGREE <= best->count; i++)
        if (best->ns[i + HOST_PACE_AGREE - 1] <= HOST_PACE_WITHIN * best->ns[i])
            return best->ns[i];
    return best->count ? best->ns[0] : NAN;
}
