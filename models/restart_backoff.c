#include "models/restart_backoff.h"

int64_t restart_backoff_next(const struct restart_params *p, struct restart_backoff *r,
                             int64_t ran_ns)
{
    if (ran_ns >= p->reset_ns)
        r->restarts = 0;
    uint64_t n = r->restarts++;
    if (n == 0)
        return 0;
    int64_t ns = p->base_ns < p->cap_ns ? p->base_ns : p->cap_ns;
    for (; n > 1 && ns < p->cap_ns; n--)
        ns = ns > p->cap_ns / 2 ? p->cap_ns : 2 * ns;
    return ns;
}
