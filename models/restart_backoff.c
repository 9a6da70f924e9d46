#include "models/restart_backoff.h"

static int64_t raised(const struct restart_params *p, int64_t delay_ns)
{
    if (delay_ns == 0)
        return p->base_ns < p->cap_ns ? p->base_ns : p->cap_ns;
    return delay_ns > p->cap_ns / 2 ? p->cap_ns : 2 * delay_ns;
}

int64_t restart_backoff_next(const struct restart_params *p, struct restart_backoff *r,
                             bool killed, int64_t now_ns)
{
    bool knows_no_end = killed && !r->ended;
    int64_t known_ns = killed ? r->ended_ns : now_ns;
    r->ended = true;
    r->ended_ns = now_ns;
    if (knows_no_end)
        return 0;
    if (now_ns - r->restarted_ns >= p->reset_ns)
        r->delay_ns = 0;
    int64_t wait_ns = now_ns - known_ns < r->delay_ns ? r->delay_ns : 0;
    r->delay_ns = raised(p, r->delay_ns);
    r->restarted_ns = now_ns + wait_ns;
    return wait_ns;
}
