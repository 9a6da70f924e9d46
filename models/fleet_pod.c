/* fleet_pod.c - the life of one pod in a fleet: its node, processes, its end. */
#include "models/fleet_internal.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

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
    fleet_probe_answered(fp, number);
}

static void changed(void *owner, struct pod *pod)
{
    struct fleet_pod *fp = owner;
    if (pod->state == POD_DOWN)
        died(fp);
    if (pod->state == POD_STARTING && fp->chain > 0)
        fleet_probe_container(fp);
    fp->up_ns = pod->state == POD_UP ? fp->fleet->sim.now_ns : INT64_MAX;
    if (pod->state == POD_DOWN)
        fp->ran_ns = INT64_MAX;
    else if (fp->ran_ns == INT64_MAX)
        fp->ran_ns = fp->fleet->sim.now_ns;
    fleet_probe_update(fp);
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

void fleet_pod_publish(struct fleet_pod *fp, const struct publish_record *record)
{
    bool up = fp->pod.state == POD_UP;
    fp->meter.published += up;
    for (int64_t w = 0; w < fp->fleet->p.server.workers; w++)
        (up ? push_server_publish : push_server_skip)(&fp->pod.workers[w], record);
}

void fleet_pod_begin(struct fleet_pod *fp)
{
    fleet_probe_running(fp, random_stream_uniform(&fp->fleet->phases));
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
    fleet_probe_container(fp);
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

/* SIGTERM goes to the process, whose event loop comes to it among its other work. One that only
 * starts has no handler yet and dies of it. */
static void sigterm(void *subject, void *object)
{
    struct fleet_pod *fp = subject;
    (void)object;
    if (fp->life != FLEET_STOPS || fp->fleet->sim.now_ns < fp->stop_ns || fp->sigterm != 0)
        return;
    if (fp->pod.state == POD_STARTING)
        fleet_pod_tend(fp);
    if (fp->pod.state != POD_UP)
        return;
    fp->sigterm = ++fp->fleet->asked;
    pod_signal(&fp->pod, fp->sigterm);
}

void fleet_pod_stop(struct fleet_pod *fp, bool restarts)
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
    fp->restarts = restarts;
    run_record_event(f->out, f->sim.now_ns, "stop", "%s%u connections", fp->label,
                     pod_open(&fp->pod));
    fleet_probe_update(fp);
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
