#include "models/heartbeat.h"

void heartbeat_open(const struct heartbeat_params *p, struct heartbeat *h, int64_t now_ns)
{
    *h = (struct heartbeat){ .due_ns = now_ns + p->period_ns,
                             .asked_ns = -1,
                             .heard_ns = now_ns };
}

void heartbeat_heard(struct heartbeat *h, int64_t now_ns)
{
    h->asked_ns = -1;
    h->heard_ns = now_ns;
}

static bool expired(const struct heartbeat_params *p, const struct heartbeat *h, int64_t now_ns)
{
    return h->asked_ns >= 0 && p->pong_timeout_ns > 0 &&
           now_ns >= h->asked_ns + p->pong_timeout_ns;
}

static enum heartbeat_action send(const struct heartbeat_params *p, struct heartbeat *h,
                                  int64_t now_ns)
{
    h->due_ns = now_ns + p->period_ns;
    if (p->only_idle && now_ns - h->heard_ns < p->period_ns)
        return HEARTBEAT_NOTHING;
    if (p->pong_timeout_ns > 0 && h->asked_ns < 0)
        h->asked_ns = now_ns;
    return HEARTBEAT_SEND;
}

enum heartbeat_action heartbeat_turn(const struct heartbeat_params *p, struct heartbeat *h,
                                     int64_t now_ns, bool pong_in_socket)
{
    if (p->period_ns == 0)
        return HEARTBEAT_NOTHING;
    if (pong_in_socket && !(p->timers_first && expired(p, h, now_ns)))
        heartbeat_heard(h, now_ns);
    if (expired(p, h, now_ns))
        return HEARTBEAT_EXPIRED;
    return now_ns >= h->due_ns ? send(p, h, now_ns) : HEARTBEAT_NOTHING;
}

int64_t heartbeat_next_ns(const struct heartbeat_params *p, const struct heartbeat *h)
{
    if (p->period_ns == 0)
        return INT64_MAX;
    if (h->asked_ns >= 0 && h->asked_ns + p->pong_timeout_ns < h->due_ns)
        return h->asked_ns + p->pong_timeout_ns;
    return h->due_ns;
}
