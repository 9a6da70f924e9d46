#include "models/pod_internal.h"

#define LOOK_AGAIN_NS INT64_C(1000000)
#define FOR_GOOD      INT64_C(-1)

void pod_set_state(struct pod *pod, enum pod_state state)
{
    pod->state = state;
    if (pod->setup.watch.changed)
        pod->setup.watch.changed(pod->setup.owner, pod);
}

/* Of the worker that has most of its start before it. */
static int64_t start_left_ns(const struct pod *pod)
{
    int64_t most_ns = 0;
    for (int64_t w = 0; pod->starters && w < pod->p->server.workers; w++) {
        int64_t left_ns = code_compiler_left_ns(&pod->starters[w]);
        most_ns = left_ns > most_ns ? left_ns : most_ns;
    }
    return most_ns;
}

static void listens(void *subject, void *object)
{
    struct pod *pod = subject;
    (void)object;
    if (pod->state != POD_STARTING || pod->sim->now_ns < pod->started_ns + pod->p->startup_ns)
        return; /* of a process that was killed before it listened */
    int64_t left_ns = start_left_ns(pod);
    if (left_ns > 0) {
        int64_t look_ns = left_ns > LOOK_AGAIN_NS ? left_ns : LOOK_AGAIN_NS;
        simulation_at(pod->sim, pod->sim->now_ns + look_ns, 0, listens, pod, NULL);
        return;
    }
    uint64_t dropped = pod->accept.syn_dropped; /* by earlier processes */
    accept_path_init(&pod->accept, pod->sim->now_ns);
    pod->accept.syn_dropped = dropped;
    pod_set_state(pod, POD_UP);
}

void pod_launch(struct pod *pod)
{
    pod->started_ns = pod->sim->now_ns;
    memory_account_start(&pod->memory, &pod->p->memory, pod->p->server.workers);
    for (int64_t w = 0; pod->starters && w < pod->p->server.workers; w++)
        code_compiler_work(&pod->starters[w], pod->p->startup_cpu_ns);
    simulation_at(pod->sim, pod->sim->now_ns + pod->p->startup_ns, 0, listens, pod, NULL);
    pod_set_state(pod, POD_STARTING);
}

static void starts(void *subject, void *object)
{
    struct pod *pod = subject;
    (void)object;
    if (pod->ended)
        return;
    pod->counters.restarts++;
    run_record_event(pod->record, pod->sim->now_ns, "restart", "%snumber %llu", pod_label(pod),
                     (unsigned long long)pod->counters.restarts);
    pod_launch(pod);
}

static void kill_process(struct pod *pod, enum disconnect_cause cause, int64_t delay_ns)
{
    pod_set_state(pod, POD_DOWN);
    pod->dying = pod->deaf = false;
    for (int64_t w = 0; pod->starters && w < pod->p->server.workers; w++)
        code_compiler_kill(&pod->starters[w]);
    for (int64_t w = 0; w < pod->p->server.workers; w++)
        push_server_kill(&pod->workers[w], cause);
    pod->accept.waiting = 0;
    pod->handshaking = 0;
    pod->counters.slow = 0;
    pod_slots_reset(pod);
    memory_account_end(&pod->memory);
    if (delay_ns != FOR_GOOD)
        simulation_at(pod->sim, pod->sim->now_ns + delay_ns, 0, starts, pod, NULL);
}

void pod_kill(struct pod *pod, enum disconnect_cause cause, bool again)
{
    bool by_kubelet = cause == DISCONNECT_SERVER_STOPPED;
    pod->ended = pod->ended || !again;
    kill_process(pod, cause,
                 again ? restart_backoff_next(&pod->p->restart, &pod->restart, by_kubelet,
                                              pod->sim->now_ns)
                       : FOR_GOOD);
}

/* -- why it dies --------------------------------------------------------------------------- */

static void out_of_memory(void *subject, void *object)
{
    struct pod *pod = subject;
    (void)object;
    pod->counters.oom_kills++;
    if (pod->counters.first_oom_ns < 0)
        pod->counters.first_oom_ns = pod->sim->now_ns;
    run_record_event(pod->record, pod->sim->now_ns, "oom", "%s%.0f MB held, limit %.0f MB",
                     pod_label(pod), (double)memory_account_total(&pod->memory) / 1e6,
                     (double)pod->p->memory_limit_bytes / 1e6);
    pod_kill(pod, DISCONNECT_SERVER_KILLED, true);
}

/* The kill is an event of its own: whoever changed the memory finishes first. */
void pod_check_memory(struct pod *pod)
{
    if (pod->dying || pod->state != POD_UP ||
        !memory_account_exceeded(&pod->memory, pod->p->memory_limit_bytes))
        return;
    pod->dying = true;
    simulation_at(pod->sim, pod->sim->now_ns, 0, out_of_memory, pod, NULL);
}

void pod_crash(void *subject, void *object)
{
    struct pod *pod = subject;
    (void)object;
    if (pod->state != POD_UP)
        return;
    pod->counters.crashes++;
    run_record_event(pod->record, pod->sim->now_ns, "crash", "%s%u connections being set up",
                     pod_label(pod), pod->handshaking);
    pod_kill(pod, DISCONNECT_SERVER_KILLED, true);
}

static void deploy(void *subject, void *object)
{
    struct pod *pod = subject;
    (void)object;
    if (pod->state != POD_UP)
        return;
    pod->counters.deploys++;
    run_record_event(pod->record, pod->sim->now_ns, "deploy", "%u connections close",
                     pod_open(pod));
    kill_process(pod, DISCONNECT_SERVER_STOPPED, 0);
}

/* -- what befalls it ----------------------------------------------------------------------- */

static void keep_busy(void *subject, void *object)
{
    struct pod *pod = subject;
    (void)object;
    if (pod->state != POD_DOWN)
        push_server_other(&pod->workers[0], (double)pod->p->fault.busy_ns);
}

static void slow_class_leaves(void *subject, void *object)
{
    struct pod *pod = subject;
    (void)object;
    const struct clients_params *c = &pod->clients->params;
    for (uint32_t i = 0; c->class_count > 1 && i < c->count; i++)
        if (clients_class(pod->clients, i) == 1)
            clients_leave(pod->clients, i);
}

static void blip(void *subject, void *object)
{
    struct pod *pod = subject;
    const struct fault_params *f = &pod->p->fault;
    (void)object;
    uint32_t hit = clients_blip(pod->clients, f->blip_share, pod->sim->now_ns + f->blip_ns);
    run_record_event(pod->record, pod->sim->now_ns, "blip", "%u clients for %.3f s", hit,
                     (double)f->blip_ns / 1e9);
}

static void schedule_fault(struct pod *pod, int64_t at_ns, event_fn *fault)
{
    if (at_ns > 0)
        simulation_at(pod->sim, at_ns, 0, fault, pod, NULL);
}

void pod_schedule_faults(struct pod *pod)
{
    const struct fault_params *f = &pod->p->fault;
    schedule_fault(pod, f->deploy_at_ns, deploy);
    schedule_fault(pod, f->crash_at_ns, pod_crash);
    schedule_fault(pod, f->busy_at_ns, keep_busy);
    schedule_fault(pod, f->leave_at_ns, slow_class_leaves);
    schedule_fault(pod, f->blip_at_ns, blip);
}
