#include "models/pod_noise.h"

#include "models/random_purpose.h"

/* Of all workers together: each has outliers of its own. */
static double next_gap_ns(struct pod_noise *noise)
{
    const struct parameters *p = noise->pod->p;
    double rate_hz = p->cost.interference_rate_hz * (double)p->server.workers;
    return random_stream_exponential(&noise->other, 1e9 / rate_hz);
}

static struct push_server *draw_worker(struct pod_noise *noise)
{
    uint64_t workers = (uint64_t)noise->pod->p->server.workers;
    uint64_t w = workers > 1 ? random_stream_u64(&noise->other) % workers : 0;
    return &noise->pod->workers[w];
}

static void interference(void *subject, void *object)
{
    struct pod_noise *noise = subject;
    struct pod *pod = noise->pod;
    const struct cost_params *cost = &pod->p->cost;
    (void)object;
    double length = random_stream_exponential(&noise->other, cost->interference_ns);
    struct push_server *worker = draw_worker(noise);
    if (pod->state != POD_DOWN)
        (cost->interference_idle ? push_server_other : push_server_disturb)(worker, length);
    simulation_at(pod->sim, pod->sim->now_ns + (int64_t)next_gap_ns(noise), 0, interference,
                  noise, NULL);
}

static void collect_garbage(void *subject, void *object)
{
    struct pod_noise *noise = subject;
    struct push_server *worker = object;
    struct simulation *sim = noise->pod->sim;
    const struct cost_params *cost = &noise->pod->p->cost;
    if (noise->pod->state != POD_DOWN)
        push_server_other(worker,
                          cost->gc_base_ns + cost->gc_connection_ns * worker->connections.open);
    simulation_at(sim, sim->now_ns + (int64_t)cost->gc_period_ns, 0, collect_garbage, noise,
                  worker);
}

void pod_noise_start(struct pod_noise *noise, struct pod *pod, uint64_t seed,
                     uint32_t replication, uint32_t number)
{
    const struct cost_params *cost = &pod->p->cost;
    struct simulation *sim = pod->sim;
    uint32_t workers = (uint32_t)pod->p->server.workers;
    noise->pod = pod;
    random_stream_init(&noise->other, seed, replication, RANDOM_INTERFERENCE, number);
    if (cost->interference_rate_hz > 0 && cost->interference_ns > 0) {
        simulation_at(sim, sim->now_ns + (int64_t)next_gap_ns(noise), 0, interference, noise,
                      NULL);
    }
    struct random_stream clock;
    random_stream_init(&clock, seed, replication, RANDOM_CLOCK, 0);
    int64_t second_ns = (int64_t)(random_stream_uniform(&clock) * 1e9);
    for (uint32_t w = 0; w < workers; w++) {
        struct random_stream rs;
        push_server_set_clock(&pod->workers[w], second_ns);
        random_stream_init(&rs, seed, replication, RANDOM_PACE, number * workers + w);
        push_server_draw_pace(&pod->workers[w], &rs);
    }
    for (uint32_t w = 0; cost->gc_period_ns > 0 && w < workers; w++) {
        struct random_stream rs;
        random_stream_init(&rs, seed, replication, RANDOM_GC, number * workers + w);
        int64_t after = (int64_t)(random_stream_uniform(&rs) * cost->gc_period_ns);
        simulation_at(sim, sim->now_ns + after, 0, collect_garbage, noise, &pod->workers[w]);
    }
}
