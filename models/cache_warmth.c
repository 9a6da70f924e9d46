#include "models/cache_warmth.h"

#include <math.h>

int64_t cache_warmth_after(const struct cache_warmth *warmth, int64_t coldness_ns,
                           int64_t away_ns)
{
    double warm_ns = (double)(warmth->saturation_ns - coldness_ns);

    if (warmth->saturation_ns <= 0 || away_ns <= 0)
        return coldness_ns;
    if (warmth->time_ns <= 0)
        return warmth->saturation_ns;
    double kept = exp(-(double)away_ns / (double)warmth->time_ns);
    return warmth->saturation_ns - llround(warm_ns * kept);
}
