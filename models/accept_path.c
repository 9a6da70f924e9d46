#include "models/accept_path.h"

#include <assert.h>

#define SECOND INT64_C(1000000000)

void accept_path_init(struct accept_path *a, int64_t now_ns)
{
    *a = (struct accept_path){ .started_ns = now_ns, .admit_ns = now_ns };
}

/* Time between two admissions at this age of the server; 0 = no limit. */
static int64_t gap_ns(const struct accept_params *p, int64_t age_ns)
{
    for (int i = 0; i < p->ramp_steps; i++)
        if (age_ns < p->ramp[i].until_ns)
            return (int64_t)((double)SECOND / p->ramp[i].rate_hz);
    return 0;
}

/* Admissions are at least a gap apart; what was not used is not saved up. */
static bool ramp_admits(const struct accept_params *p, struct accept_path *a, int64_t now_ns)
{
    int64_t gap = gap_ns(p, now_ns - a->started_ns);
    if (gap > 0 && now_ns < a->admit_ns)
        return false;
    a->admit_ns = (a->admit_ns + gap < now_ns ? now_ns : a->admit_ns) + gap;
    return true;
}

bool accept_path_syn(const struct accept_params *p, struct accept_path *a, int64_t now_ns)
{
    assert(p->ramp_steps <= ACCEPT_RAMP_MAX);
    if (a->waiting > p->backlog || !ramp_admits(p, a, now_ns)) {
        a->syn_dropped++;
        return false;
    }
    a->waiting++;
    return true;
}

void accept_path_accepted(struct accept_path *a, int64_t n)
{
    assert(n >= 0 && n <= a->waiting);
    a->waiting -= n;
}

/* The time-out that follows the n-th SYN: 1 s while linear, then doubling from 1 s. */
static int64_t rto_ns(const struct accept_params *p, int64_t n)
{
    int64_t doublings = n > p->syn_linear ? n - p->syn_linear : 0;
    return SECOND << doublings;
}

int64_t accept_path_syn_ns(const struct accept_params *p, int64_t n)
{
    assert(p->syn_retries <= 20);
    if (n > p->syn_retries + p->syn_linear)
        return -1;
    int64_t at = 0;
    for (int64_t i = 0; i < n; i++)
        at += rto_ns(p, i);
    return at;
}

int64_t accept_path_syn_end_ns(const struct accept_params *p)
{
    int64_t last = p->syn_retries + p->syn_linear;
    return accept_path_syn_ns(p, last) + rto_ns(p, last);
}
