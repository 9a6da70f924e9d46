#include "sim/event_queue.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sim/error.h"

/* Kept out of the short paths, which then need few registers. */
#define RARE __attribute__((noinline))

enum { NEAR_MOST = 2 * EVENT_LADDER_BATCH, LINE_BYTES = 64, FEW = 12 };

void event_queue_init(struct event_queue *q)
{
    *q = (struct event_queue){ .near_last_ns = INT64_MAX, .used = 1, .sequence = 1 };
    q->near.capacity = 4 * NEAR_MOST;
    q->near.items = mem_alloc(q->near.capacity * sizeof *q->near.items);
    q->next = q->end = q->near.items;
    q->limit = q->near.items + q->near.capacity;
    event_ladder_init(&q->far);
}

void event_queue_close(struct event_queue *q)
{
    event_ladder_close(&q->far);
    free(q->near.items);
    free(q->node_block);
}

/* ---- the near array ---- */

/* Makes room at the end, by moving the entries to the front of the array or by growing it. */
RARE static void near_make_room(struct event_queue *q)
{
    struct event_list *near = &q->near;
    size_t head = (size_t)(q->next - near->items), n = (size_t)(q->end - q->next);
    if (head > near->capacity / 2) {
        memmove(near->items, q->next, n * sizeof *near->items);
        head = 0;
    } else {
        near->capacity *= 2;
        near->items = mem_realloc(near->items, near->capacity * sizeof *near->items);
    }
    q->next = near->items + head;
    q->end = q->next + n;
    q->limit = near->items + near->capacity;
}

/* Hands the later half of the near entries to the ladder, parted where the time changes. */
static void near_split(struct event_queue *q)
{
    struct event_entry *middle = q->next + (q->end - q->next) / 2, *part = middle;
    if (q->next->at_ns == q->end[-1].at_ns)
        return;
    while (part < q->end && part->at_ns == part[-1].at_ns)
        part++;
    if (part == q->end)
        for (part = middle; part->at_ns == part[-1].at_ns;)
            part--;
    int64_t from = part->at_ns;
    if (event_ladder_return(&q->far, part, (uint32_t)(q->end - part), from, q->near_last_ns)) {
        q->end = part;
        q->near_last_ns = from - 1;
    }
}

/* Where the entry belongs among many: behind all that come before it. */
static struct event_entry *find_place(const struct event_queue *q, int64_t at_ns,
                                      uint64_t order)
{
    struct event_entry *low = q->next, *high = q->end;
    while (low < high) {
        struct event_entry *middle = low + (high - low) / 2;
        if (event_entry_before(at_ns, order, middle))
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* Moves whichever side is shorter: a burst at one time costs little, first or last. */
RARE static void insert_among_many(struct event_queue *q, int64_t at_ns, uint64_t order,
                                   uint32_t slot)
{
    struct event_entry *place = find_place(q, at_ns, order);
    size_t ahead = (size_t)(place - q->next), behind = (size_t)(q->end - place);
    if (ahead < behind && q->next > q->near.items) {
        memmove(q->next - 1, q->next, ahead * sizeof *place);
        q->next--;
        place--;
    } else {
        memmove(place + 1, place, behind * sizeof *place);
        q->end++;
    }
    event_entry_set(place, at_ns, order, slot);
    if (q->end - q->next > NEAR_MOST)
        near_split(q);
}

static inline void near_insert(struct event_queue *q, int64_t at_ns, uint64_t order,
                               uint32_t slot)
{
    if (q->end == q->limit)
        near_make_room(q);
    if (q->end - q->next > FEW) {
        insert_among_many(q, at_ns, order, slot);
        return;
    }
    struct event_entry *place = q->end++;
    for (; place > q->next && event_entry_before(at_ns, order, place - 1); place--)
        *place = place[-1];
    event_entry_set(place, at_ns, order, slot);
}

static int compare(const void *a, const void *b)
{
    const struct event_entry *x = a;
    return event_entry_before(x->at_ns, x->order, b) ? -1 : 1;
}

/* Each entry goes to the place that is the number of those before it. All pairs are compared,
 * without a branch: which entry comes first is a toss-up, and for a few of them guessing wrong
 * costs more. */
static void sort_few(struct event_list *near)
{
    struct event_entry entries[EVENT_LADDER_BATCH];
    uint32_t place[EVENT_LADDER_BATCH];
    for (uint32_t i = 0; i < near->count; i++) {
        const struct event_entry *e = &near->items[i];
        uint32_t before = 0;
        for (uint32_t j = 0; j < i; j++) {
            uint32_t later = event_entry_before(e->at_ns, e->order, &entries[j]);
            place[j] += later;
            before += later;
        }
        event_entry_set(&entries[i], e->at_ns, e->order, e->slot);
        place[i] = i - before;
    }
    for (uint32_t i = 0; i < near->count; i++)
        event_entry_set(&near->items[place[i]], entries[i].at_ns, entries[i].order,
                        entries[i].slot);
}

static bool is_sorted(const struct event_list *near)
{
    for (uint32_t i = 1; i < near->count; i++)
        if (event_entry_before(near->items[i].at_ns, near->items[i].order, &near->items[i - 1]))
            return false;
    return true;
}

/* More than a batch are events of one instant, which time cannot split: mostly in order. */
static void near_sort(struct event_list *near)
{
    if (near->count <= EVENT_LADDER_BATCH)
        sort_few(near);
    else if (!is_sorted(near))
        qsort(near->items, near->count, sizeof *near->items, compare);
}

bool event_queue_refill(struct event_queue *q)
{
    q->near.count = 0;
    bool some = event_ladder_take(&q->far, &q->near, &q->near_last_ns);
    for (uint32_t i = 0; i < q->near.count; i++)
        __builtin_prefetch(&q->nodes[q->near.items[i].slot]);
    near_sort(&q->near);
    q->next = q->near.items;
    q->end = q->next + q->near.count;
    q->limit = q->next + q->near.capacity;
    return some;
}

/* ---- slots and handles ---- */

static struct event_node *align(void *block)
{
    return (struct event_node *)(((uintptr_t)block + LINE_BYTES - 1) / LINE_BYTES * LINE_BYTES);
}

/* Large blocks are moved by the kernel page by page: no second copy at the peak. */
RARE static void grow(struct event_queue *q)
{
    size_t offset = q->nodes ? (size_t)((char *)q->nodes - (char *)q->node_block) : 0;
    q->capacity = q->capacity ? 2 * q->capacity : 64;
    q->node_block = mem_realloc(q->node_block, q->capacity * sizeof *q->nodes + LINE_BYTES);
    q->nodes = align(q->node_block);
    char *before = (char *)q->node_block + offset;
    if (before != (char *)q->nodes)
        memmove(q->nodes, before, q->used * sizeof *q->nodes);
}

void event_queue_add_slot(struct event_queue *q)
{
    if (q->used >= q->capacity)
        grow(q);
    q->nodes[q->used].generation = 0;
    q->nodes[q->used].next_free = 0;
    q->free_slot = q->used++;
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
void event_queue_place(struct event_queue *q, int64_t at_ns, uint64_t order, uint32_t slot)
{
    if (at_ns <= q->near_last_ns)
        near_insert(q, at_ns, order, slot);
    else
        event_ladder_add(&q->far, at_ns, order, slot);
}

static void place_node(struct event_queue *q, struct event_node *node, uint32_t slot)
{
    node->placed_ns = node->at_ns;
    node->placed_order = node->order;
    event_queue_place(q, node->at_ns, node->order, slot);
}

/* Throws all entries away and makes one for each pending event. */
RARE static void rebuild(struct event_queue *q)
{
    q->end = q->next;
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

bool event_queue_cancel(struct event_queue *q, uint64_t handle)
{
    struct event_node *node = find(q, handle);
    if (!node)
        return false;
    event_queue_release(q, node, (uint32_t)handle);
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

void event_queue_settle(struct event_queue *q, uint64_t order, uint32_t slot)
{
    struct event_node *node = &q->nodes[slot];
    if (node->placed_order == order)
        place_node(q, node, slot); /* moved to a later time a while ago: do it now */
    else
        q->stale--;
}
