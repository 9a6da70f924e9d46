#include "models/probe.h"

void probe_init(struct probe *probe, enum probe_kind kind, const struct probe_params *p)
{
    *probe = (struct probe){ .passing = kind != PROBE_READINESS || p->period_ns == 0 };
}

int64_t probe_first_ns(const struct probe_params *p, int64_t ticks_ns, int64_t started_ns,
                       int64_t now_ns)
{
    int64_t from_ns = started_ns + p->delay_ns;
    int64_t after_ns = (from_ns > now_ns ? from_ns : now_ns) - ticks_ns;
    int64_t ticks = after_ns > 0 ? (after_ns + p->period_ns - 1) / p->period_ns : 0;
    return ticks_ns + ticks * p->period_ns;
}

bool probe_answer(struct probe *probe, const struct probe_params *p, bool ok)
{
    probe->failed += !ok;
    if (ok == probe->passing) {
        probe->run = 0;
        return false;
    }
    if (++probe->run < (ok ? p->successes : p->failures))
        return false;
    probe->passing = ok;
    probe->run = 0;
    return true;
}
