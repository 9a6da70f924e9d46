#include "models/reconnect.h"

#include <assert.h>
#include <math.h>

static int64_t clip(double ns, int64_t low, int64_t high)
{
    if (ns >= (double)high)
        return high;
    return ns <= (double)low ? low : (int64_t)ns;
}

/* base * factor^n, at most `most`: a loop, because pow() differs between C libraries. */
static double grown(const struct reconnect_params *p, uint32_t n, double most)
{
    double ns = (double)p->base_ns;
    for (; n > 0 && ns < most && p->factor > 1; n--)
        ns *= p->factor;
    return ns < most ? ns : most;
}

/* Beyond it no draw of the jitter brings a delay below the cap. */
static double past_cap(const struct reconnect_params *p)
{
    double least = 1 - p->jitter;
    return least > 0 ? (double)p->cap_ns / least : INFINITY;
}

static double step(const struct reconnect_params *p, uint32_t n)
{
    assert(p->steps > 0 && p->steps <= RECONNECT_STEPS_MAX);
    return (double)p->steps_ns[n < (uint32_t)p->steps ? n : (uint32_t)p->steps - 1];
}

static double undisturbed(const struct reconnect_params *p, uint32_t n)
{
    switch (p->kind) {
    case RECONNECT_EXPONENTIAL:
        return grown(p, n, past_cap(p));
    case RECONNECT_STEPS:
        return step(p, n);
    default:
        return (double)p->base_ns;
    }
}

static double drawn(const struct reconnect_params *p, const struct reconnect *r,
                    struct random_stream *rs)
{
    if (p->kind == RECONNECT_FULL_JITTER)
        return random_stream_uniform(rs) * grown(p, r->attempt, (double)p->cap_ns);
    if (p->kind == RECONNECT_DECORRELATED) {
        double base = (double)p->base_ns;
        double high = 3 * (r->previous_ns > p->base_ns ? (double)r->previous_ns : base);
        return base + random_stream_uniform(rs) * (high - base);
    }
    double ns = undisturbed(p, r->attempt);
    if (p->kind == RECONNECT_STEPS && p->random_step > 0 && r->attempt == p->random_step)
        return random_stream_uniform(rs) * ns;
    if (p->jitter > 0)
        ns *= 1 + p->jitter * (2 * random_stream_uniform(rs) - 1);
    return ns;
}

int64_t reconnect_next(const struct reconnect_params *p, struct reconnect *r, int64_t asked_ns,
                       struct random_stream *rs)
{
    assert(p->floor_ns >= 0 && p->floor_ns <= p->cap_ns && asked_ns >= 0);
    if (p->kind == RECONNECT_NEVER ||
        (p->attempts_max > 0 && r->attempt >= (uint64_t)p->attempts_max))
        return RECONNECT_GIVE_UP;
    int64_t ns = clip(drawn(p, r, rs), p->floor_ns, p->cap_ns);
    r->previous_ns = ns;
    if (r->attempt < UINT32_MAX)
        r->attempt++;
    return p->retry_after && asked_ns > ns ? asked_ns : ns;
}

static void reset(struct reconnect *r)
{
    r->attempt = 0;
    r->previous_ns = 0;
}

void reconnect_opened(const struct reconnect_params *p, struct reconnect *r)
{
    if (p->reset == RESET_ON_OPEN)
        reset(r);
}

void reconnect_authenticated(const struct reconnect_params *p, struct reconnect *r)
{
    if (p->reset == RESET_ON_AUTHENTICATED)
        reset(r);
}

void reconnect_lost(const struct reconnect_params *p, struct reconnect *r, int64_t lasted_ns)
{
    if (p->reset == RESET_ON_STABLE && lasted_ns >= p->stable_ns)
        reset(r);
}
