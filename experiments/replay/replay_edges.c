/* replay_edges.c - what connecting and closing the initial clients costs, before and after the
 * run proper: the only moments at which handshakes and closes are the server's only work.
 */
#include "experiments/replay/host_speed.h"
#include "experiments/replay/replay_internal.h"

#define CLOSE_STEP_MS 100 /* the server is done with closing when such a step costs little */
#define CLOSE_STEPS   20  /* at most */
#define CLOSE_SHARE   0.02

static void record_speed(struct replay *r, const char *work, const char *memory)
{
    struct host_speed speed;
    host_speed_measure(&speed, r->server_cpu);
    run_record_metric(&r->record, work, "s", speed.work_ns / 1e9);
    run_record_metric(&r->record, memory, "s", speed.memory_ns / 1e9);
}

void replay_edge_begin(struct replay *r)
{
    struct error ignored;
    if (cgroup_read(&r->group, &r->edge, &ignored))
        r->edge = (struct cgroup_usage){ 0 };
}

void replay_edge_connected(struct replay *r)
{
    struct cgroup_usage now;
    struct error ignored;
    if (cgroup_read(&r->group, &now, &ignored))
        return;
    run_record_metric(&r->record, "setup.cpu", "s", (now.usage_ns - r->edge.usage_ns) / 1e9);
    run_record_metric(&r->record, "setup.memory.before", "B", (double)r->edge.memory_bytes);
    run_record_metric(&r->record, "setup.memory", "B", (double)now.memory_bytes);
    record_speed(r, "host.work.before", "host.memory.before");
}

/* The limit is lifted first: the closes of many clients would take longer than anybody waits. */
void replay_edge_close(struct replay *r)
{
    struct cgroup_limits none = { .weight = r->p->cpu.weight };
    struct cgroup_usage begin, last, now;
    struct error ignored;
    if (cgroup_set_limits(&r->group, &none, &ignored) ||
        cgroup_read(&r->group, &begin, &ignored))
        return;
    record_speed(r, "host.work.after", "host.memory.after");
    client_pool_shut(&r->clients);
    last = begin;
    for (int i = 0; i < CLOSE_STEPS; i++, last = now) {
        replay_idle(r, CLOSE_STEP_MS);
        if (cgroup_read(&r->group, &now, &ignored))
            return;
        double step_ns = (double)(now.usage_ns - last.usage_ns);
        if (step_ns < CLOSE_SHARE * (double)(now.usage_ns - begin.usage_ns) + 1e6)
            break;
    }
    run_record_metric(&r->record, "teardown.cpu", "s", (now.usage_ns - begin.usage_ns) / 1e9);
}
