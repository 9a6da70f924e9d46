#include "experiments/replay/faults.h"

#include "experiments/replay/replay_internal.h"

#define AGAIN_MS 2 /* between two looks whether the killed server is gone */

static void start_again(uv_timer_t *timer)
{
    struct replay *r = timer->data;
    struct error why;
    bool started;
    if (server_process_again(&r->server, &r->start, &started, &why))
        run_record_event(&r->record, replay_now(r), "exit", "not started again: %.80s",
                         why.text);
    if (started)
        uv_timer_stop(timer);
}

static void restart(uv_timer_t *timer)
{
    struct replay *r = timer->data;
    const bool deploy = timer == &r->faults.deploy;
    if (uv_is_active((const uv_handle_t *)&r->faults.again))
        return; /* it is down */
    r->clients.server_ends = deploy ? DISCONNECT_SERVER_STOPPED : DISCONNECT_SERVER_KILLED;
    r->faults.restarts++;
    run_record_event(&r->record, replay_now(r), deploy ? "deploy" : "crash",
                     "%u connections close", r->clients.open);
    server_process_kill(&r->server);
    r->start.params = r->p;
    uv_timer_start(&r->faults.again, start_again, AGAIN_MS, AGAIN_MS);
}

static void leave(uv_timer_t *timer)
{
    struct replay *r = timer->data;
    const struct parameters *p = r->p;
    for (uint32_t i = 0; p->class_count > 1 && i < r->clients.count; i++)
        if (client_class_of(p->classes, (int)p->class_count, r->clients.count, i) == 1)
            client_disconnect(&r->clients.clients[i]);
}

static void start_timer(struct replay *r, uv_timer_t *timer, uv_timer_cb then, int64_t at_ns)
{
    int64_t delay_ns = at_ns - replay_now(r);
    uv_timer_init(&r->loop, timer);
    timer->data = r;
    if (at_ns > 0)
        uv_timer_start(timer, then, delay_ns > 0 ? (uint64_t)(delay_ns / 1000000) : 0, 0);
}

void faults_start(struct faults *f, struct replay *r)
{
    const struct fault_params *p = &r->p->fault;
    uv_update_time(&r->loop);
    start_timer(r, &f->again, start_again, 0);
    start_timer(r, &f->deploy, restart, p->deploy_at_ns);
    start_timer(r, &f->crash, restart, p->crash_at_ns);
    start_timer(r, &f->leave, leave, p->leave_at_ns);
}
