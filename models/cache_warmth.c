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

void cache_refill_begin(struct cache_refill *refill, int64_t cold_ns)
{
    *refill = (struct cache_refill){ .cold_ns = cold_ns };
}

int64_t cache_refill_cold(const struct cache_refill *refill)
{
    return refill->cold_ns - (refill->ran_ns - refill->worked_ns);
}

/* CPU time since the return in which so much work (> 0) is done. */
static int64_t time_of(const struct cache_warmth *warmth, int64_t cold_ns, int64_t worked_ns)
{
    if (warmth->work_ns <= 0)
        return worked_ns + cold_ns;
    double paid = -expm1(-(double)worked_ns / (double)warmth->work_ns);
    return worked_ns + llround((double)cold_ns * paid);
}

/* The most work that is done in ran_ns: the inverse of time_of. Its slope falls, so that Newton's
 * steps from below stay below; whole ns settle the rest. */
static int64_t work_in(const struct cache_warmth *warmth, int64_t cold_ns, int64_t ran_ns)
{
    int64_t worked_ns = ran_ns > cold_ns ? ran_ns - cold_ns : 0;

    if (cold_ns <= 0 || warmth->work_ns <= 0)
        return worked_ns;
    double scale = (double)warmth->work_ns, cold = (double)cold_ns, step;
    double work = (double)worked_ns;
    do {
        double left = exp(-work / scale);
        step = ((double)ran_ns - work - cold * (1 - left)) / (1 + cold / scale * left);
        work += step;
    } while (step > 1);
    worked_ns = work > 0 ? (int64_t)work : 0;
    while (worked_ns > 0 && time_of(warmth, cold_ns, worked_ns) > ran_ns)
        worked_ns--;
    while (time_of(warmth, cold_ns, worked_ns + 1) <= ran_ns)
        worked_ns++;
    return worked_ns;
}

int64_t cache_refill_time(const struct cache_warmth *warmth, const struct cache_refill *refill,
                          int64_t work_ns)
{
    if (work_ns <= 0)
        return 0;
    return time_of(warmth, refill->cold_ns, refill->worked_ns + work_ns) - refill->ran_ns;
}

int64_t cache_refill_run(const struct cache_warmth *warmth, struct cache_refill *refill,
                         int64_t ran_ns, int64_t most_ns)
{
    refill->ran_ns += ran_ns;
    int64_t work_ns = work_in(warmth, refill->cold_ns, refill->ran_ns) - refill->worked_ns;

    if (work_ns > most_ns) /* one ns of work may take none of time where that is rounded */
        work_ns = most_ns;
    refill->worked_ns += work_ns;
    return work_ns;
}
