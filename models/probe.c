#include "models/probe.h"

void probe_init(struct probe *probe, enum probe_kind kind, const struct probe_params *p)
{
    *probe = (struct probe){ .passing = kind == PROBE_LIVENESS || p->period_ns == 0 };
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
