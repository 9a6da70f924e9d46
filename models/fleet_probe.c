/* fleet_probe.c - what the kubelet and the balancer think of a pod: its probes, and whether it is
 * ready.
 */
#include "models/fleet_internal.h"

#include "models/accept_path.h"
#include "models/probe.h"

/* -- readiness ----------------------------------------------------------------------------- */

/* Without a readiness probe whatever runs is ready (prober_manager.go, UpdatePodStatus), also a
 * process that does not listen yet. A container that is to be started again stays ready until it
 * has ended: its readiness probe goes on. */
static bool is_ready(const struct fleet_pod *fp)
{
    bool probed = fp->fleet->p.fleet.probe[PROBE_READINESS].period_ns > 0;
    bool runs = probed ? fp->pod.state == POD_UP : fp->began && fp->pod.state != POD_DOWN;
    return fleet_pod_counts(fp) && runs && fp->started && fp->probe[PROBE_READINESS].passing;
}

static void balancer_hears(void *subject, void *object)
{
    struct fleet *f = subject;
    uintptr_t bits = (uintptr_t)object;
    f->backends[bits >> 1].available = bits & 1;
}

static void tell_balancer(struct fleet_pod *fp)
{
    struct fleet *f = fp->fleet;
    void *object = (void *)((uintptr_t)fp->number << 1 | (uintptr_t)fp->ready);
    if (f->sim.now_ns == 0 || f->p.fleet.endpoint_lag_ns == 0)
        balancer_hears(f, object);
    else
        simulation_at(&f->sim, f->sim.now_ns + f->p.fleet.endpoint_lag_ns, 0, balancer_hears, f,
                      object);
}

void fleet_probe_update(struct fleet_pod *fp)
{
    bool ready = is_ready(fp);
    struct fleet *f = fp->fleet;
    if (ready == fp->ready)
        return;
    fp->ready = ready;
    fp->was_ready |= ready;
    fp->served |= ready;
    fp->ready_changed_ns = f->sim.now_ns;
    run_record_event(f->out, f->sim.now_ns, ready ? "ready" : "unready", "%s%u connections",
                     fp->label, pod_open(&fp->pod));
    tell_balancer(fp);
}

/* -- probes -------------------------------------------------------------------------------- */

struct question { /* packed into an event's object */
    uint32_t number, kind;
};

static void *pack(uint32_t number, enum probe_kind kind)
{
    return (void *)(uintptr_t)((uint64_t)number << 8 | (uint64_t)kind);
}

static struct question unpack(const void *object)
{
    uint64_t bits = (uintptr_t)object;
    return (struct question){ (uint32_t)(bits >> 8), (uint32_t)(bits & 0xff) };
}

static void stop_container(struct fleet_pod *fp)
{
    struct fleet *f = fp->fleet;
    f->figures.liveness_kills++;
    fleet_pod_stop(fp, true);
}

static void ask(void *subject, void *object);

static void begin_asking(struct fleet_pod *fp, enum probe_kind kind)
{
    struct fleet *f = fp->fleet;
    const struct probe_params *p = &f->p.fleet.probe[kind];
    if (p->period_ns == 0)
        return;
    int64_t first_ns = probe_first_ns(p, fp->ticks_ns[kind], fp->container_ns, f->sim.now_ns);
    if (kind != PROBE_READINESS && first_ns == fp->ticked_ns[kind])
        first_ns += p->period_ns; /* that tick was the last of the process before */
    simulation_at(&f->sim, first_ns, 0, ask, fp, pack(fp->chain, kind));
}

/* The container is up: the kubelet asks at once whether it is ready, and from now on if it lives.
 */
static void is_started(struct fleet_pod *fp)
{
    fp->started = true;
    begin_asking(fp, PROBE_READINESS);
    begin_asking(fp, PROBE_LIVENESS);
}

/* Only a container that runs is asked, and whether it has started until it has. Of one that is to
 * stop nobody asks any more whether it lives (prober/worker.go, doProbe: DeletionTimestamp, and
 * onHold after a failure). */
static bool is_asked(const struct fleet_pod *fp, struct question q)
{
    return q.number == fp->chain && fp->life != FLEET_GONE && fp->pod.state != POD_DOWN &&
           (q.kind == PROBE_READINESS || fp->life == FLEET_RUNS) &&
           !(q.kind == PROBE_STARTUP && fp->started);
}

static void ask_now(struct fleet_pod *fp, enum probe_kind kind);

/* A ticker keeps one tick that nobody was there for (Go, time.NewTicker): once the last probe is
 * over the next one follows at once. */
static void ask_again(void *subject, void *object)
{
    struct fleet_pod *fp = subject;
    struct question q = unpack(object);
    if (is_asked(fp, q) && fp->asked[q.kind] == 0)
        ask_now(fp, q.kind);
}

static void answer(struct fleet_pod *fp, enum probe_kind kind, bool ok)
{
    fp->asked[kind] = 0;
    if (fp->missed[kind])
        simulation_at(&fp->fleet->sim, fp->fleet->sim.now_ns, 0, ask_again, fp,
                      pack(fp->chain, kind));
    fp->missed[kind] = false;
    if (kind == PROBE_STARTUP && ok && !fp->started) {
        fp->ticks_ns[PROBE_READINESS] = fp->fleet->sim.now_ns;
        is_started(fp);
        fleet_probe_update(fp);
    }
    fp->fleet->alarms += !ok && fp->was_ready;
    if (!probe_answer(&fp->probe[kind], &fp->fleet->p.fleet.probe[kind], ok))
        return;
    if (kind != PROBE_READINESS && !ok && fp->life == FLEET_RUNS) {
        run_record_event(fp->fleet->out, fp->fleet->sim.now_ns,
                         kind == PROBE_STARTUP ? "startup" : "liveness",
                         "%sfailed, the container is stopped", fp->label);
        stop_container(fp);
    }
    fleet_probe_update(fp);
}

uint64_t fleet_probe_failed(const struct fleet_pod *fp)
{
    uint64_t failed = 0;
    for (int k = 0; k < PROBES; k++)
        failed += fp->failed_probes[k] + fp->probe[k].failed;
    return failed;
}

void fleet_probe_answered(struct fleet_pod *fp, uint32_t number)
{
    for (int k = 0; k < PROBES; k++)
        if (fp->asked[k] == number)
            answer(fp, k, true);
}

static void timed_out(void *subject, void *object)
{
    struct fleet_pod *fp = subject;
    struct question q = unpack(object);
    if (fp->asked[q.kind] == q.number)
        answer(fp, q.kind, false);
}

/* Each probe has a connection of its own (pkg/probe/http/http.go: DisableKeepAlives): its SYN may
 * find the accept queue full, and is sent again. object: its number, and the kind */
static void send_probe(void *subject, void *object)
{
    struct fleet_pod *fp = subject;
    struct fleet *f = fp->fleet;
    struct question q = unpack(object);
    if (fp->asked[q.kind] != q.number || pod_probe(&fp->pod, q.number))
        return;
    int64_t after_ns = accept_path_syn_ns(&f->p.accept, ++fp->syns[q.kind]);
    if (after_ns >= 0)
        simulation_at(&f->sim, fp->asked_ns[q.kind] + after_ns, 0, send_probe, fp, object);
}

static void ask_now(struct fleet_pod *fp, enum probe_kind kind)
{
    struct fleet *f = fp->fleet;
    if (fp->pod.state != POD_UP || fp->pod.deaf) {
        answer(fp, kind, false); /* connection refused */
        return;
    }
    fp->asked[kind] = ++f->asked;
    fp->asked_ns[kind] = f->sim.now_ns;
    fp->syns[kind] = 0;
    simulation_at(&f->sim, f->sim.now_ns + f->p.fleet.probe[kind].timeout_ns, 0, timed_out, fp,
                  pack(f->asked, kind));
    send_probe(fp, pack(f->asked, kind));
}

/* object: the chain of probes, and the kind */
static void ask(void *subject, void *object)
{
    struct fleet_pod *fp = subject;
    struct question q = unpack(object);
    if (!is_asked(fp, q))
        return;
    fp->ticked_ns[q.kind] = fp->fleet->sim.now_ns;
    simulation_at(&fp->fleet->sim,
                  fp->fleet->sim.now_ns + fp->fleet->p.fleet.probe[q.kind].period_ns, 0, ask,
                  fp, object);
    if (fp->asked[q.kind] != 0)
        fp->missed[q.kind] = true; /* the answer to the last one is still awaited */
    else
        ask_now(fp, q.kind);
}

/* A process has probes of its own; `up`: it has long been started. */
static void start_probes(struct fleet_pod *fp, bool up)
{
    struct fleet *f = fp->fleet;
    fp->chain++;
    fp->was_ready = fp->started = false;
    for (int k = 0; k < PROBES; k++) {
        const struct probe_params *p = &f->p.fleet.probe[k];
        fp->failed_probes[k] += fp->probe[k].failed;
        probe_init(&fp->probe[k], k, p);
        fp->asked[k] = 0;
        fp->missed[k] = false;
    }
    if (up || f->p.fleet.probe[PROBE_STARTUP].period_ns == 0)
        is_started(fp);
    else
        begin_asking(fp, PROBE_STARTUP);
}

/* The container runs: the kubelet asks at once whether it is ready. */
void fleet_probe_container(struct fleet_pod *fp)
{
    int64_t now_ns = fp->fleet->sim.now_ns;
    fp->ticks_ns[PROBE_READINESS] = fp->container_ns = now_ns;
    start_probes(fp, false);
}

/* One that has long been up when the run begins: the next tick of each is `share` of its period
 * away. */
void fleet_probe_running(struct fleet_pod *fp, double share)
{
    int64_t now_ns = fp->fleet->sim.now_ns;
    for (int k = 0; k < PROBES; k++) {
        fp->ticks_ns[k] =
            now_ns + (int64_t)(share * (double)fp->fleet->p.fleet.probe[k].period_ns);
        fp->ticked_ns[k] = -1;
    }
    fp->container_ns = INT64_MIN / 2;
    start_probes(fp, true);
    fp->probe[PROBE_READINESS].passing = true;
}
