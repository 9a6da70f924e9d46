/* fleet_pod.c - the life of one pod in a fleet: its node, processes, probes, readiness, its end. */
#include "models/fleet_internal.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "models/accept_path.h"
#include "models/probe.h"
#include "models/random_purpose.h"
#include "sim/error.h"

#define LEAST_GRACE_NS INT64_C(2000000000) /* fleet.h */

/* -- nodes --------------------------------------------------------------------------------- */

static void start_neighbours(struct fleet *f, struct fleet_node *node)
{
    const struct fleet_params *p = &f->p.fleet;
    if (p->neighbour_weight == 0)
        return;
    struct cpu_group_params params = { .period_ns = 100000000, .weight = p->neighbour_weight };
    struct cpu_group *group = cpu_group_new(node->host, &params);
    node->neighbours = mem_alloc((size_t)f->p.host.cpus * sizeof *node->neighbours);
    for (int c = 0; c < f->p.host.cpus; c++)
        neighbour_start(&node->neighbours[c], &f->sim, group, c, p->neighbour_busy_ns,
                        p->neighbour_idle_ns);
}

/* The fullest node with room for one more pod; a new one when there is none. */
static int node_with_room(struct fleet *f)
{
    int best = -1;
    for (size_t i = 0; i < f->node_count; i++)
        if (f->nodes[i]->pods < f->p.fleet.pods_per_node &&
            (best < 0 || f->nodes[i]->pods > f->nodes[best]->pods))
            best = (int)i;
    if (best >= 0)
        return best;
    struct fleet_node *node = mem_alloc(sizeof *node);
    random_stream_init(&node->phases, f->seed, f->replication, RANDOM_CPU_PHASES,
                       (uint32_t)f->node_count);
    node->image = -1;
    node->host = cpu_host_new(&f->sim, &f->p.host, &node->phases);
    f->nodes = mem_realloc(f->nodes, (f->node_count + 1) * sizeof *f->nodes);
    f->nodes[f->node_count++] = node;
    start_neighbours(f, node);
    return (int)f->node_count - 1;
}

/* -- readiness ----------------------------------------------------------------------------- */

/* Without a readiness probe whatever runs is ready (prober_manager.go, UpdatePodStatus), also a process
 * that does not listen yet. A container that is to be started again stays ready until it has ended:
 * its readiness probe goes on. */
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

static void update_ready(struct fleet_pod *fp)
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
    fleet_pod_stop(fp);
    fp->restarts = true;
}

static void ask(void *subject, void *object);

static void begin_asking(struct fleet_pod *fp, enum probe_kind kind)
{
    struct fleet *f = fp->fleet;
    const struct probe_params *p = &f->p.fleet.probe[kind];
    if (p->period_ns == 0)
        return;
    int64_t first_ns = probe_first_ns(p, fp->ticks_ns[kind], fp->container_ns);
    simulation_at(&f->sim, first_ns > f->sim.now_ns ? first_ns : f->sim.now_ns, 0, ask, fp,
                  pack(fp->chain, kind));
}

/* The container is up: the kubelet asks at once whether it is ready, and from now on if it lives. */
static void is_started(struct fleet_pod *fp)
{
    fp->started = true;
    begin_asking(fp, PROBE_READINESS);
    begin_asking(fp, PROBE_LIVENESS);
}

static void answer(struct fleet_pod *fp, enum probe_kind kind, bool ok)
{
    fp->asked[kind] = 0;
    if (kind == PROBE_STARTUP && ok && !fp->started) {
        fp->ticks_ns[PROBE_READINESS] = fp->fleet->sim.now_ns;
        is_started(fp);
        update_ready(fp);
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
    update_ready(fp);
}

uint64_t fleet_pod_failed_probes(const struct fleet_pod *fp)
{
    uint64_t failed = 0;
    for (int k = 0; k < PROBES; k++)
        failed += fp->failed_probes[k] + fp->probe[k].failed;
    return failed;
}

static void timed_out(void *subject, void *object)
{
    struct fleet_pod *fp = subject;
    struct question q = unpack(object);
    if (fp->asked[q.kind] == q.number)
        answer(fp, q.kind, false);
}

static void tend(void *subject, void *object)
{
    (void)object;
    fleet_pod_tend(subject);
}

/* It closes its listening sockets, and begins to go when its callback is over. */
static void hears_sigterm(struct fleet_pod *fp)
{
    fp->pod.deaf = true;
    simulation_at(&fp->fleet->sim, fp->fleet->sim.now_ns, 0, tend, fp, NULL);
}

static void probed(void *owner, struct pod *pod, uint32_t number)
{
    struct fleet_pod *fp = owner;
    (void)pod;
    if (fp->sigterm == number)
        hears_sigterm(fp);
    for (int k = 0; k < PROBES; k++)
        if (fp->asked[k] == number)
            answer(fp, k, true);
}

/* Each probe has a connection of its own (pkg/probe/http/http.go: DisableKeepAlives): its SYN may find the
 * accept queue full, and is sent again. object: its number, and the kind */
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

/* object: the chain of probes, and the kind */
static void ask(void *subject, void *object)
{
    struct fleet_pod *fp = subject;
    struct fleet *f = fp->fleet;
    struct question q = unpack(object);
    const struct probe_params *p = &f->p.fleet.probe[q.kind];
    if (q.number != fp->chain || fp->life == FLEET_GONE || fp->pod.state == POD_DOWN)
        return; /* only a container that runs is asked */
    if (q.kind == PROBE_STARTUP && fp->started)
        return; /* it is over */
    simulation_at(&f->sim, f->sim.now_ns + p->period_ns, 0, ask, fp, object);
    if (fp->asked[q.kind] != 0)
        return; /* the answer to the last one is still awaited: time-out > period */
    if (fp->pod.state != POD_UP || fp->pod.deaf) {
        answer(fp, q.kind, false); /* connection refused */
        return;
    }
    fp->asked[q.kind] = ++f->asked;
    fp->asked_ns[q.kind] = f->sim.now_ns;
    fp->syns[q.kind] = 0;
    simulation_at(&f->sim, f->sim.now_ns + p->timeout_ns, 0, timed_out, fp,
                  pack(f->asked, q.kind));
    send_probe(fp, pack(f->asked, q.kind));
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
    }
    if (up || f->p.fleet.probe[PROBE_STARTUP].period_ns == 0)
        is_started(fp);
    else
        begin_asking(fp, PROBE_STARTUP);
}

/* The container runs: the kubelet asks at once whether it is ready. */
static void probe_container(struct fleet_pod *fp)
{
    int64_t now_ns = fp->fleet->sim.now_ns;
    fp->ticks_ns[PROBE_READINESS] = fp->container_ns = now_ns;
    start_probes(fp, false);
}

/* One that has long been up when the run begins: the next tick of each is `share` of its period
 * away. */
static void probe_running(struct fleet_pod *fp, double share)
{
    int64_t now_ns = fp->fleet->sim.now_ns;
    for (int k = 0; k < PROBES; k++)
        fp->ticks_ns[k] =
            now_ns + (int64_t)(share * (double)fp->fleet->p.fleet.probe[k].period_ns);
    fp->container_ns = INT64_MIN / 2;
    start_probes(fp, true);
    fp->probe[PROBE_READINESS].passing = true;
}

/* -- processes ----------------------------------------------------------------------------- */

/* Probes on their way are answered by nobody. A container that was to be stopped is, and starts
 * again; that of a pod that stops does not. */
static void died(struct fleet_pod *fp)
{
    for (int k = 0; k < PROBES; k++)
        fp->asked[k] = 0;
    fp->sigterm = 0;
    if (fp->life == FLEET_STOPS && fp->restarts)
        fp->life = FLEET_RUNS;
    fp->restarts = false;
    fp->pod.ended |= fp->life == FLEET_STOPS;
}

static void changed(void *owner, struct pod *pod)
{
    struct fleet_pod *fp = owner;
    if (pod->state == POD_DOWN)
        died(fp);
    if (pod->state == POD_STARTING && fp->chain > 0)
        probe_container(fp);
    fp->up_ns = pod->state == POD_UP ? fp->fleet->sim.now_ns : INT64_MAX;
    if (pod->state == POD_DOWN)
        fp->ran_ns = INT64_MAX;
    else if (fp->ran_ns == INT64_MAX)
        fp->ran_ns = fp->fleet->sim.now_ns;
    update_ready(fp);
}

static void keep(struct fleet *f, struct fleet_pod *fp)
{
    if ((f->pod_count & (f->pod_count - 1)) == 0) {
        size_t room = f->pod_count ? 2 * f->pod_count : 1;
        f->pods = mem_realloc(f->pods, room * sizeof *f->pods);
        f->backends = mem_realloc(f->backends, room * sizeof *f->backends);
    }
    f->backends[f->pod_count] = (struct balancer_backend){ false, 0 };
    f->pods[f->pod_count++] = fp;
}

struct fleet_pod *fleet_pod_add(struct fleet *f)
{
    struct fleet_pod *fp = mem_alloc(sizeof *fp);
    fp->fleet = f;
    fp->number = (int)f->pod_count;
    fp->revision = f->revision;
    fp->node = node_with_room(f);
    fp->up_ns = fp->ran_ns = INT64_MAX;
    snprintf(fp->label, sizeof fp->label, "pod %d: ", fp->number);
    struct fleet_node *node = f->nodes[fp->node];
    fp->group = cpu_group_new(node->host, &f->p.cpu);
    if (f->sim.now_ns == 0)
        cpu_group_settle(fp->group); /* as in push_run() */
    struct pod_setup setup = { .p = &f->p,
                               .group = fp->group,
                               .cpu = (int)(node->cpus % f->p.host.cpus),
                               .meter = &fp->meter,
                               .clients = &f->clients,
                               .book = &fp->book,
                               .duplex = f->duplex.capacity > 0 ? &f->duplex : NULL,
                               .client_count = f->schedule->clients,
                               .slots = f->slots,
                               .slot_of = f->slot_of,
                               .topics = &f->topics,
                               .memory = &f->memory,
                               .record = f->out,
                               .label = fp->label,
                               .watch = { changed, probed },
                               .owner = fp };
    node->pods++;
    node->cpus += f->p.server.workers;
    keep(f, fp);
    fleet_detail_init(fp);
    meter_init(&fp->meter, &f->p.network, pod_connections(&f->p, f->slots), f->out);
    meter_tell_classes(&fp->meter, (int)f->p.class_count);
    fp->meter.window_start_ns = f->sim.now_ns / METER_WINDOW_NS * METER_WINDOW_NS;
    histogram_init(&fp->latency);
    pod_init(&fp->pod, &f->sim, &setup);
    for (uint32_t i = 0; i < f->sent_count; i++)
        fleet_pod_publish(fp, &f->sent[i]);
    pod_noise_start(&fp->noise, &fp->pod, f->seed, f->replication, (uint32_t)fp->number);
    return fp;
}

bool fleet_pod_publish(struct fleet_pod *fp, const struct publish_record *record)
{
    bool up = fp->pod.state == POD_UP;
    fp->meter.published += up;
    for (int64_t w = 0; w < fp->fleet->p.server.workers; w++)
        (up ? push_server_publish : push_server_skip)(&fp->pod.workers[w], record);
    return up;
}

void fleet_pod_begin(struct fleet_pod *fp)
{
    probe_running(fp, random_stream_uniform(&fp->fleet->phases));
    fp->began = true;
    fp->acknowledged_ns = INT64_MIN / 2; /* long ago */
    fp->fleet->nodes[fp->node]->image = fp->revision;
    pod_start(&fp->pod);
    fp->ready_changed_ns = -fp->fleet->p.fleet.rollout.min_ready_ns; /* available already */
}

static void container_starts(void *subject, void *object)
{
    struct fleet_pod *fp = subject;
    struct fleet_node *node = fp->fleet->nodes[fp->node];
    (void)object;
    node->image = node->image > fp->revision ? node->image : fp->revision;
    if (fp->life != FLEET_RUNS) /* stopped while it was pending */
        return;
    fp->began = true;
    probe_container(fp);
    pod_launch(&fp->pod);
}

/* Scheduled, image pulled where the node has none of this revision, container made. Both times are
 * drawn, so that one option does not shift the draws of the other. */
static int64_t start_delay(const struct fleet_pod *fp)
{
    const struct fleet *f = fp->fleet;
    const struct fleet_params *p = &f->p.fleet;
    struct random_stream rs;
    random_stream_init(&rs, f->seed, f->replication, RANDOM_POD_START, (uint32_t)fp->number);
    double start_ns = random_stream_lognormal(&rs, (double)p->start_delay_ns, p->start_cv);
    double pull_ns = random_stream_lognormal(&rs, (double)p->image_pull_ns, p->start_cv);
    bool has_image = f->nodes[fp->node]->image >= fp->revision;
    return (int64_t)(start_ns + (has_image ? 0 : pull_ns));
}

void fleet_pod_launch(struct fleet_pod *fp)
{
    struct fleet *f = fp->fleet;
    fp->acknowledged_ns = f->sim.now_ns;
    for (int k = 0; k < PROBES; k++)
        fp->ticks_ns[k] = f->sim.now_ns;
    simulation_at(&f->sim, f->sim.now_ns + start_delay(fp), 0, container_starts, fp, NULL);
}

void fleet_pod_free(struct fleet_pod *fp)
{
    pod_close(&fp->pod);
    meter_close(&fp->meter);
    histogram_close(&fp->latency);
    fleet_detail_close(fp);
    free(fp);
}

/* -- the end ------------------------------------------------------------------------------- */

/* SIGTERM goes to the process, whose event loop comes to it among its other work. */
static void sigterm(void *subject, void *object)
{
    struct fleet_pod *fp = subject;
    (void)object;
    if (fp->life != FLEET_STOPS || fp->fleet->sim.now_ns < fp->stop_ns ||
        fp->pod.state != POD_UP || fp->sigterm != 0)
        return;
    fp->sigterm = ++fp->fleet->asked;
    pod_signal(&fp->pod, fp->sigterm);
}

void fleet_pod_stop(struct fleet_pod *fp)
{
    struct fleet *f = fp->fleet;
    const struct fleet_params *p = &f->p.fleet;
    if (fp->life == FLEET_RUNS) { /* else it is being stopped, and goes on with that */
        int64_t hook_ns = p->pre_stop_ns < p->grace_ns ? p->pre_stop_ns : p->grace_ns;
        int64_t left_ns = p->grace_ns - hook_ns;
        fp->stop_ns = f->sim.now_ns + hook_ns;
        fp->kill_ns = fp->stop_ns + (left_ns < LEAST_GRACE_NS ? LEAST_GRACE_NS : left_ns);
        simulation_at(&f->sim, fp->stop_ns, 0, sigterm, fp, NULL);
    }
    fp->life = FLEET_STOPS;
    fp->restarts = false;
    run_record_event(f->out, f->sim.now_ns, "stop", "%s%u connections", fp->label,
                     pod_open(&fp->pod));
    update_ready(fp);
    if (fp->pod.state == POD_DOWN && fp->began) { /* nothing runs that a hook could run in */
        fp->pod.ended = true;
        fp->stop_ns = f->sim.now_ns;
    }
}

static void end(struct fleet_pod *fp)
{
    struct fleet *f = fp->fleet;
    run_record_event(f->out, f->sim.now_ns, "end", "%s%u connections reset", fp->label,
                     pod_open(&fp->pod));
    bool again = fp->restarts;
    fp->life = again ? FLEET_RUNS : FLEET_GONE;
    fp->restarts = false;
    if (!again) {
        f->nodes[fp->node]->pods--;
        fleet_detail_gone(fp);
    }
    pod_kill(&fp->pod, DISCONNECT_SERVER_STOPPED, again);
}

/* Closes what is due of its connections, evenly over drain_ns from SIGTERM on. */
static void close_some(struct fleet_pod *fp)
{
    const struct fleet *f = fp->fleet;
    int64_t left = fp->stop_ns + f->p.fleet.drain_ns - f->sim.now_ns;
    uint32_t open = pod_open(&fp->pod);
    int64_t steps = left / METER_WINDOW_NS + 1;
    pod_drain(&fp->pod, left <= 0 ? open : (uint32_t)((open + steps - 1) / steps));
}

void fleet_pod_tend(struct fleet_pod *fp)
{
    struct fleet *f = fp->fleet;
    if (fp->life != FLEET_STOPS || f->sim.now_ns < fp->stop_ns)
        return;
    bool obeys =
        fp->pod.deaf || fp->pod.state != POD_UP; /* without a handler it dies at once */
    if (obeys && f->p.fleet.stop == STOP_CLOSES)
        close_some(fp);
    bool empty = pod_open(&fp->pod) + pod_closing(&fp->pod) + fp->pod.handshaking == 0;
    if ((obeys && empty) || f->sim.now_ns >= fp->kill_ns)
        end(fp);
}
