#include "models/cpu_fair.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sim/error.h"

void fair_queue_init(struct fair_queue *queue, int64_t slice_ns, int64_t tick_ns)
{
    memset(queue, 0, sizeof *queue);
    queue->slice_ns = slice_ns;
    queue->tick_ns = tick_ns;
}

void fair_queue_close(struct fair_queue *queue)
{
    free(queue->entities);
}

static int64_t virtual_ns(const struct fair_entity *entity, int64_t real_ns)
{
    return real_ns * 1024 / entity->weight;
}

static int64_t load(const struct fair_queue *queue)
{
    int64_t sum = 0;

    for (int i = 0; i < queue->count; i++)
        sum += queue->entities[i]->weight;
    return sum;
}

/* Weighted sum of the distances from `from_ns`; the mean of them is the queue's virtual time. */
static int64_t weighted_sum(const struct fair_queue *queue, int64_t from_ns)
{
    int64_t sum = 0;

    for (int i = 0; i < queue->count; i++)
        sum += queue->entities[i]->weight * (queue->entities[i]->vruntime_ns - from_ns);
    return sum;
}

static int64_t virtual_time(const struct fair_queue *queue) /* avg_vruntime */
{
    if (queue->count == 0)
        return queue->clock_ns;
    int64_t from_ns = queue->entities[0]->vruntime_ns;
    int64_t weight = load(queue);
    int64_t sum = weighted_sum(queue, from_ns);

    if (sum < 0) /* round down */
        sum -= weight - 1;
    return from_ns + sum / weight;
}

/* Has had no more than its share. (entity_eligible) */
static bool eligible(const struct fair_queue *queue, const struct fair_entity *entity)
{
    return weighted_sum(queue, entity->vruntime_ns) >= 0;
}

static void insert(struct fair_queue *queue, struct fair_entity *entity)
{
    if (queue->count == queue->capacity) {
        queue->capacity = queue->capacity == 0 ? 4 : 2 * queue->capacity;
        queue->entities =
            mem_realloc(queue->entities, (size_t)queue->capacity * sizeof *queue->entities);
    }
    queue->entities[queue->count++] = entity;
    entity->queued = true;
}

static void take_out(struct fair_queue *queue, struct fair_entity *entity)
{
    int i = 0;

    queue->clock_ns = virtual_time(queue);
    while (queue->entities[i] != entity)
        i++;
    queue->count--;
    memmove(&queue->entities[i], &queue->entities[i + 1],
            (size_t)(queue->count - i) * sizeof *queue->entities);
    entity->queued = false;
}

/* Scaled so that it still has this lag once its own weight pulls the mean. (place_entity) */
static void place(struct fair_queue *queue, struct fair_entity *entity)
{
    int64_t weight = load(queue);
    int64_t lag_ns = 0;

    if (weight > 0)
        lag_ns = entity->lag_ns * (weight + entity->weight) / weight;
    entity->vruntime_ns = virtual_time(queue) - lag_ns;
    entity->deadline_ns = entity->vruntime_ns + virtual_ns(entity, queue->slice_ns);
}

static void keep_lag(const struct fair_queue *queue, struct fair_entity *entity)
{
    int64_t longest_ns = 2 * queue->slice_ns;
    int64_t limit_ns =
        virtual_ns(entity, longest_ns > queue->tick_ns ? longest_ns : queue->tick_ns);
    int64_t lag_ns = virtual_time(queue) - entity->vruntime_ns;

    if (lag_ns > limit_ns)
        lag_ns = limit_ns;
    entity->lag_ns = lag_ns < -limit_ns ? -limit_ns : lag_ns;
}

static void requeue_delayed(struct fair_queue *queue, struct fair_entity *entity)
{
    keep_lag(queue, entity);
    if (entity->lag_ns > 0) { /* what it owed is long repaid; sleeping earns nothing */
        take_out(queue, entity);
        entity->lag_ns = 0;
        place(queue, entity);
        insert(queue, entity);
    }
    entity->delayed = false;
}

void fair_queue_add(struct fair_queue *queue, struct fair_entity *entity)
{
    if (entity->delayed) {
        requeue_delayed(queue, entity);
        return;
    }
    assert(!entity->queued);
    place(queue, entity);
    insert(queue, entity);
}

bool fair_queue_remove(struct fair_queue *queue, struct fair_entity *entity, bool delay)
{
    assert(entity->queued);
    if (delay && !entity->delayed && !eligible(queue, entity)) {
        entity->delayed = true;
        return false;
    }
    keep_lag(queue, entity);
    if (entity->delayed && entity->lag_ns > 0)
        entity->lag_ns = 0;
    entity->delayed = false;
    take_out(queue, entity);
    if (queue->running == entity)
        queue->running = NULL;
    return true;
}

static bool protected_slice(const struct fair_entity *entity)
{
    return entity->vruntime_ns < entity->protected_ns;
}

bool fair_queue_charge(struct fair_queue *queue, int64_t ran_ns)
{
    struct fair_entity *running = queue->running;
    bool served;

    running->vruntime_ns += virtual_ns(running, ran_ns);
    served = running->vruntime_ns >= running->deadline_ns;
    if (served)
        running->deadline_ns = running->vruntime_ns + virtual_ns(running, queue->slice_ns);
    return queue->count > 1 && (served || !protected_slice(running));
}

struct fair_entity *fair_queue_pick(const struct fair_queue *queue)
{
    struct fair_entity *running = queue->running;
    struct fair_entity *best = NULL;

    if (queue->count <= 1)
        return queue->count == 1 ? queue->entities[0] : NULL;
    if (running != NULL && (!running->queued || running->delayed || !eligible(queue, running)))
        running = NULL;
    if (running != NULL && protected_slice(running))
        return running;
    for (int i = 0; i < queue->count; i++) {
        struct fair_entity *entity = queue->entities[i];

        if (entity != queue->running && eligible(queue, entity) &&
            (best == NULL || entity->deadline_ns < best->deadline_ns))
            best = entity;
    }
    if (best == NULL || (running != NULL && running->deadline_ns < best->deadline_ns))
        best = running;
    return best;
}

void fair_queue_run(struct fair_queue *queue, struct fair_entity *entity)
{
    queue->running = entity;
    if (entity != NULL)
        entity->protected_ns = entity->deadline_ns;
}
