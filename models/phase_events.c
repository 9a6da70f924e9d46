#include "models/phase_events.h"

static void begins(void *subject, void *object)
{
    struct phase_events *e = subject;
    const struct phase_params *phase = &e->workload->phase[e->next++];
    (void)object;
    run_record_event(e->out, e->sim->now_ns, "phase", "%s", phase->name);
    if (e->next < e->workload->phases)
        simulation_at(e->sim, e->sim->now_ns + phase->duration_ns, 0, begins, e, NULL);
}

void phase_events_start(struct phase_events *e, struct simulation *sim,
                        const struct schedule *s, const struct workload_params *workload,
                        struct run_record *out)
{
    *e = (struct phase_events){ sim, workload, out, 0 };
    if (s->from_phases && workload->phases > 0)
        simulation_at(sim, sim->now_ns, 0, begins, e, NULL);
}
