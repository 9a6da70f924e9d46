#include "sim/event_queue.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sim/error.h"

/* Kept out of the short paths, which then need few registers. */
#define RARE __attribute__((noinline))

enum { NEAR_MOST = 2 * EVENT_LADDER_BATCH, LINE_BYTES = 64, FEW = 12 };

struct event_node {
    int64_t at_ns;         /* when the event is due */
    uint64_t order;        /* priority (biased) in the top 16 bits, sequence below */
    int64_t placed_ns;     /* time of its entry; <= at_ns */
    uint64_t placed_order; /* order of its entry, which no other has; 0 = slot is free */
    event_fn *fn;          /* as in struct event */
    void *subject;
    void *object;
    uint32_t generation; /* of the handle; changes when the event leaves; never 0 */
    uint32_t next_free;  /* slot; 0 = none */
};

void event_queue_init(struct event_queue *q)
{
    *q = (struct event_queue){ .near_last_ns = INT64_MAX, .used = 1, .sequence = 1 };
    event_ladder_init(&q->far);
}

void event_queue_close(struct event_queue *q)
{
    event_ladder_close(&q->far);
    free(q->near.items);
    free(q->node_block);
    event_queue_init(q);
}

/* ---- the near array ---- */

/* Is (at_ns, order) before the entry? */
static inline bool before(int64_t at_ns, uint64_t order, const struct event_entry *entry)
{
    return at_ns < entry->at_ns || (at_ns == entry->at_ns && order < entry->order);
}

/* Makes room at the end, by moving the content to the front of the array or by growing it. */
RARE static void near_make_room(struct event_queue *q)
{
    struct event_list *near = &q->near;
    if (q->near_head > near->capacity / 2) {
        near->count -= q->near_head;
        memmove(near->items, near->items + q->near_head, near->count * sizeof *near->items);
        q->near_head = 0;
    } else {
        near->capacity = near->capacity ? 2 * near->capacity : 4 * NEAR_MOST;
        near->items = mem_realloc(near->items, near->capacity * sizeof *near->items);
    }
}

/* Hands the later half of near to the ladder, parted where the time changes. */
RARE static void near_split(struct event_queue *q)
{
    struct event_entry *items = q->near.items;
    uint32_t head = q->near_head, end = q->near.count;
    if (items[head].at_ns == items[end - 1].at_ns)
        return;
    uint32_t part = head + (end - head) / 2;
    while (part < end && items[part].at_ns == items[part - 1].at_ns)
        part++;
    if (part == end)
        for (part = head + (end - head) / 2; items[part].at_ns == items[part - 1].at_ns;)
            part--;
    int64_t from = items[part].at_ns;
    if (event_ladder_return(&q->far, &items[part], end - part, from, q->near_last_ns)) {
        q->near.count = part;
        q->near_last_ns = from - 1;
    }
}

/* Where the entry belongs among many: behind all that come before it. */
static uint32_t find_place(const struct event_queue *q, int64_t at_ns, uint64_t order)
{
    uint32_t low = q->near_head, high = q->near.count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (before(at_ns, order, &q->near.items[middle]))
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* Moves whichever side is shorter; a burst at one time thus costs little, first or last. */
RARE static void insert_among_many(struct event_queue *q, int64_t at_ns, uint64_t order,
                                   uint32_t slot)
{
    struct event_entry *items = q->near.items;
    uint32_t place = find_place(q, at_ns, order);
    uint32_t ahead = place - q->near_head, behind = q->near.count - place;
    if (ahead < behind && q->near_head > 0) {
        memmove(&items[q->near_head - 1], &items[q->near_head], ahead * sizeof *items);
        q->near_head--;
        place--;
    } else {
        memmove(&items[place + 1], &items[place], behind * sizeof *items);
        q->near.count++;
    }
    items[place] = (struct event_entry){ at_ns, order, slot };
    if (q->near.count - q->near_head > NEAR_MOST)
        near_split(q);
}

static inline void near_insert(struct event_queue *q, int64_t at_ns, uint64_t order,
                               uint32_t slot)
{
    if (q->near.count == q->near.capacity)
        near_make_room(q);
    if (q->near.count - q->near_head > FEW) {
        insert_among_many(q, at_ns, order, slot);
        return;
    }
    struct event_entry *place = &q->near.items[q->near.count++];
    struct event_entry *head = &q->near.items[q->near_head];
    for (; place > head && before(at_ns, order, place - 1); place--)
        *place = place[-1];
    place->at_ns = at_ns;
    place->order = order;
    place->slot = slot;
}

static int compare(const void *a, const void *b)
{
    const struct event_entry *x = a;
    return before(x->at_ns, x->order, b) ? -1 : 1;
}

static void near_sort(struct event_list *near)
{
    if (near->count > 4 * EVENT_LADDER_BATCH) {
        qsort(near->items, near->count, sizeof *near->items, compare);
        return;
    }
    for (uint32_t i = 1; i < near->count; i++) {
        struct event_entry entry = near->items[i];
        uint32_t place = i;
        for (; place > 0 && before(entry.at_ns, entry.order, &near->items[place - 1]); place--)
            near->items[place] = near->items[place - 1];
        near->items[place] = entry;
    }
}

RARE static bool near_refill(struct event_queue *q)
{
    q->near_head = q->near.count = 0;
    if (!event_ladder_take(&q->far, &q->near, &q->near_last_ns))
        return false;
    for (uint32_t i = 0; i < q->near.count; i++)
        __builtin_prefetch(&q->nodes[q->near.items[i].slot]);
    near_sort(&q->near);
    return true;
}

/* ---- slots and handles ---- */

RARE static void grow(struct event_queue *q)
{
    q->capacity = q->capacity ? 2 * q->capacity : 64;
    void *block = mem_alloc(q->capacity * sizeof *q->nodes + LINE_BYTES);
    uintptr_t aligned = ((uintptr_t)block + LINE_BYTES - 1) / LINE_BYTES * LINE_BYTES;
    if (q->nodes)
        memcpy((void *)aligned, q->nodes, q->used * sizeof *q->nodes);
    free(q->node_block);
    q->node_block = block;
    q->nodes = (struct event_node *)aligned;
}

static uint32_t take_slot(struct event_queue *q)
{
    uint32_t slot = q->free_slot;
    if (slot) {
        q->free_slot = q->nodes[slot].next_free;
        return slot;
    }
    if (q->used >= q->capacity)
        grow(q);
    slot = q->used++;
    q->nodes[slot].generation = 1;
    return slot;
}

static void release_slot(struct event_queue *q, uint32_t slot)
{
    struct event_node *node = &q->nodes[slot];
    node->placed_order = 0;
    node->generation += node->generation == UINT32_MAX ? 2 : 1;
    node->next_free = q->free_slot;
    q->free_slot = slot;
}

static struct event_node *find(const struct event_queue *q, uint64_t handle)
{
    uint32_t slot = (uint32_t)handle;
    if (slot == 0 || slot >= q->used || q->nodes[slot].generation != handle >> 32)
        return NULL;
    return &q->nodes[slot];
}

/* ---- entries ---- */

/* Entries are passed as three numbers, so that they stay in registers: put together in memory and
 * copied at once, they would wait for the store buffer. */
static inline void place_node(struct event_queue *q, struct event_node *node, uint32_t slot)
{
    int64_t at_ns = node->placed_ns = node->at_ns;
    uint64_t order = node->placed_order = node->order;
    if (at_ns <= q->near_last_ns)
        near_insert(q, at_ns, order, slot);
    else
        event_ladder_add(&q->far, at_ns, order, slot);
}

/* Throws all entries away and makes one for each pending event. */
RARE static void rebuild(struct event_queue *q)
{
    q->near_head = q->near.count = 0;
    q->near_last_ns = -1;
    event_ladder_clear(&q->far);
    for (uint32_t slot = 1; slot < q->used; slot++)
        if (q->nodes[slot].placed_order != 0)
            place_node(q, &q->nodes[slot], slot);
    q->stale = 0;
}

/* One more entry is stale; there are never more of them than slots, so the cost of rebuilding is a
 * constant for each. */
static void add_stale(struct event_queue *q)
{
    if (++q->stale > q->used + NEAR_MOST)
        rebuild(q);
}

uint64_t event_queue_push(struct event_queue *q, int64_t at_ns, int priority, event_fn *fn,
                          void *subject, void *object)
{
    assert(at_ns >= 0 && priority >= INT16_MIN && priority <= INT16_MAX);
    uint32_t slot = take_slot(q);
    struct event_node *node = &q->nodes[slot];
    node->at_ns = at_ns;
    node->order = (uint64_t)(priority - INT16_MIN) << 48 | q->sequence++;
    node->fn = fn;
    node->subject = subject;
    node->object = object;
    uint64_t handle = (uint64_t)node->generation << 32 | slot;
    place_node(q, &q->nodes[slot], slot);
    return handle;
}

bool event_queue_cancel(struct event_queue *q, uint64_t handle)
{
    if (!find(q, handle))
        return false;
    release_slot(q, (uint32_t)handle);
    add_stale(q);
    return true;
}

bool event_queue_move(struct event_queue *q, uint64_t handle, int64_t at_ns)
{
    assert(at_ns >= 0);
    struct event_node *node = find(q, handle);
    if (!node)
        return false;
    node->at_ns = at_ns;
    node->order = (node->order >> 48 << 48) | q->sequence++;
    if (at_ns < node->placed_ns) {
        place_node(q, node, (uint32_t)handle);
        add_stale(q);
    }
    return true;
}

bool event_queue_pending(const struct event_queue *q, uint64_t handle)
{
    return find(q, handle) != NULL;
}

bool event_queue_pop(struct event_queue *q, int64_t until_ns, struct event *out)
{
    for (;;) {
        if (q->near_head == q->near.count && !near_refill(q))
            return false;
        const struct event_entry *entry = &q->near.items[q->near_head];
        if (entry->at_ns > until_ns)
            return false;
        uint32_t slot = entry->slot;
        struct event_node *node = &q->nodes[slot];
        q->near_head++;
        if (node->placed_order != entry->order) {
            q->stale--;
        } else if (node->order != entry->order) {
            place_node(q, node, slot); /* moved to a later time a while ago: do it now */
        } else {
            *out = (struct event){ node->at_ns, node->fn, node->subject, node->object };
            release_slot(q, slot);
            return true;
        }
    }
}
