#include "tests/support/mm1_queue.h"

#include <math.h>
#include <stdlib.h>

#include "sim/error.h"

void mm1_queue_init(struct mm1_queue *m, const struct mm1_params *params)
{
    *m = (struct mm1_queue){ .params = *params, .capacity = 1024 };
    simulation_init(&m->sim);
    m->gaps = (struct mm1_times){ .mean_ns = params->arrival_ns, .used = MM1_AHEAD };
    m->services = (struct mm1_times){ .mean_ns = params->service_ns, .used = MM1_AHEAD };
    random_stream_init(&m->gaps.from, params->seed, 0, 1, 0);
    random_stream_init(&m->services.from, params->seed, 0, 2, 0);
    histogram_init(&m->sojourn);
    m->arrived_ns = mem_alloc(m->capacity * sizeof *m->arrived_ns);
}

void mm1_queue_close(struct mm1_queue *m)
{
    simulation_close(&m->sim);
    histogram_close(&m->sojourn);
    free(m->arrived_ns);
}

static int64_t next_time(struct mm1_times *t)
{
    if (t->used == MM1_AHEAD) {
        double drawn[MM1_AHEAD];
        random_stream_exponentials(&t->from, t->mean_ns, drawn, MM1_AHEAD);
        for (int i = 0; i < MM1_AHEAD; i++)
            t->ahead[i] = llrint(drawn[i]);
        t->used = 0;
    }
    return t->ahead[t->used++];
}

static void depart(void *subject, void *object);

static void start_service(struct mm1_queue *m)
{
    int64_t takes_ns =
        m->params.constant ? llrint(m->params.service_ns) : next_time(&m->services);
    m->departure = simulation_at(&m->sim, m->sim.now_ns + takes_ns, 0, depart, m, NULL);
}

static void grow_ring(struct mm1_queue *m)
{
    int64_t *ring = mem_alloc(2 * m->capacity * sizeof *ring);
    for (uint64_t i = m->first; i < m->last; i++)
        ring[i & (2 * m->capacity - 1)] = m->arrived_ns[i & (m->capacity - 1)];
    free(m->arrived_ns);
    m->arrived_ns = ring;
    m->capacity *= 2;
}

static void arrive(void *subject, void *object)
{
    struct mm1_queue *m = subject;
    m->found += m->last - m->first;
    if (m->last - m->first == m->capacity)
        grow_ring(m);
    m->arrived_ns[m->last & (m->capacity - 1)] = m->sim.now_ns;
    if (m->last++ == m->first)
        start_service(m);
    if (m->last < m->params.customers)
        simulation_at(&m->sim, m->sim.now_ns + next_time(&m->gaps), 0, arrive, m, object);
}

static void depart(void *subject, void *object)
{
    struct mm1_queue *m = subject;
    (void)object;
    int64_t arrived = m->arrived_ns[m->first & (m->capacity - 1)];
    histogram_add(&m->sojourn, m->sim.now_ns - arrived, 1);
    if (++m->first < m->last)
        start_service(m);
    else if (m->first == m->params.customers)
        simulation_stop(&m->sim);
}

void mm1_queue_run(struct mm1_queue *m)
{
    simulation_at(&m->sim, 0, 0, arrive, m, NULL);
    simulation_run_until(&m->sim, INT64_MAX);
}
