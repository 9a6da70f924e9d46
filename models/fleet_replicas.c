/* fleet_replicas.c - how many pods there are: starts and stops them, rolls a new revision out, and
 * moves connections from full pods to others.
 */
#include "models/fleet_internal.h"

#include <math.h>

/* -- starting and stopping pods ------------------------------------------------------------ */

bool fleet_pod_counts(const struct fleet_pod *fp)
{
    return fp->life == FLEET_RUNS || (fp->life == FLEET_STOPS && fp->restarts);
}

static bool is_available(const struct fleet_pod *fp)
{
    const struct fleet *f = fp->fleet;
    return fp->ready && f->sim.now_ns - fp->ready_changed_ns >= f->p.fleet.rollout.min_ready_ns;
}

static struct rollout_pods count_pods(const struct fleet *f, bool fresh)
{
    struct rollout_pods n = { 0 };
    for (size_t i = 0; i < f->pod_count; i++) {
        const struct fleet_pod *fp = f->pods[i];
        if (fleet_pod_counts(fp) && (fp->revision == f->revision) == fresh) {
            n.count++;
            n.available += is_available(fp);
        }
    }
    return n;
}

/* The pod to stop next: not ready before ready, then the youngest (Kubernetes'
 * controller.ActivePods order). */
static struct fleet_pod *least_needed(struct fleet *f, bool fresh)
{
    struct fleet_pod *best = NULL;
    for (size_t i = 0; i < f->pod_count; i++) {
        struct fleet_pod *fp = f->pods[i];
        if (fleet_pod_counts(fp) && (fp->revision == f->revision) == fresh &&
            (best == NULL || fp->ready <= best->ready))
            best = fp;
    }
    return best;
}

static void start_pods(struct fleet *f, int64_t n)
{
    while (n-- > 0) {
        struct fleet_pod *fp = fleet_pod_add(f);
        run_record_event(f->out, f->sim.now_ns, "start", "%srevision %d", fp->label,
                         fp->revision);
        fleet_pod_launch(fp);
    }
}

static void stop_pods(struct fleet *f, int64_t n, bool fresh)
{
    struct fleet_pod *fp;
    while (n-- > 0 && (fp = least_needed(f, fresh)) != NULL)
        fleet_pod_stop(fp, false);
}

/* One sync of the deployment controller; true: it did something, which calls for the next. */
static bool roll(struct fleet *f)
{
    struct rollout_pods old = count_pods(f, false), fresh = count_pods(f, true);
    struct rollout_step step = rollout_next(&f->p.fleet.rollout, f->replicas, old, fresh);
    start_pods(f, step.start);
    stop_pods(f, step.stop, false);
    f->rolling = old.count > 0 || fresh.available < f->replicas;
    if (!f->rolling)
        run_record_event(f->out, f->sim.now_ns, "rollout", "over, revision %d", f->revision);
    return f->rolling && step.start + step.stop > 0;
}

void fleet_reconcile(struct fleet *f)
{
    if (f->rolling) {
        while (roll(f))
            ;
        return;
    }
    int64_t missing = f->replicas - count_pods(f, true).count;
    start_pods(f, missing);
    stop_pods(f, -missing, true);
}

void fleet_begin_rollout(void *subject, void *object)
{
    struct fleet *f = subject;
    (void)object;
    f->revision++;
    f->rolling = true;
    run_record_event(f->out, f->sim.now_ns, "rollout", "to revision %d", f->revision);
    fleet_reconcile(f);
}

void fleet_rebalance(struct fleet *f)
{
    uint64_t open = 0, ready = 0;
    for (size_t i = 0; i < f->pod_count; i++) {
        ready += f->pods[i]->ready;
        open += f->pods[i]->ready ? pod_open(&f->pods[i]->pod) : 0;
    }
    for (size_t i = 0; i < f->pod_count; i++) {
        struct fleet_pod *fp = f->pods[i];
        if (!fp->ready)
            continue;
        int64_t surplus = balancer_surplus(pod_open(&fp->pod), (double)open / (double)ready,
                                           f->p.fleet.rebalance_tolerance);
        int64_t most = (int64_t)ceil(f->p.fleet.rebalance_hz);
        pod_drain(&fp->pod, (uint32_t)(surplus < most ? surplus : most));
    }
}
