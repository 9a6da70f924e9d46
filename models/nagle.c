#include "models/nagle.h"

#define SECOND_NS 1000000000

void nagle_init(struct nagle *n, int64_t tick_ns, int64_t network_ns)
{
    *n = (struct nagle){ .tick_ns = tick_ns,
                         .trip_ns = network_ns > NAGLE_NEAR_NS ? network_ns : 0,
                         .largest_bytes = NAGLE_FIRST };
    quick_ack_init(&n->quick);
}

int64_t nagle_event_bytes(struct nagle_ids *n, int64_t now_ns, int64_t bytes)
{
    int64_t second = (now_ns + n->second_ns) / SECOND_NS;
    if (second != n->second)
        n->in_second = 0;
    n->second = second;
    for (uint32_t number = n->in_second++; number >= 10; number /= 10)
        bytes++;
    return bytes;
}

/* Does the client's kernel take it for the end of a write? */
static bool ends_write(struct nagle *n, int64_t bytes)
{
    bool smaller = bytes < n->largest_bytes && bytes >= NAGLE_LEARNS;
    bool again = smaller && bytes == n->last_bytes;
    n->last_bytes = smaller ? bytes : 0;
    if (again || bytes > n->largest_bytes)
        n->largest_bytes = bytes;
    return !again;
}

/* A segment goes out; is it acknowledged at once, before the write returns? */
static bool send(struct nagle *n, int64_t at_ns, int64_t bytes)
{
    bool read = ends_write(n, bytes < NAGLE_FULL ? bytes : NAGLE_FULL); /* learns its size */
    bool quick = quick_ack_arrives(&n->quick, at_ns, n->largest_bytes);
    int64_t ticks = at_ns / n->tick_ns + (NAGLE_TIMER_NS + n->tick_ns - 1) / n->tick_ns + 1;
    n->free_ns = n->trip_ns + (quick || read ? at_ns : ticks * n->tick_ns);
    n->waiting_bytes = 0;
    return quick && n->trip_ns == 0;
}

int64_t nagle_write(struct nagle *n, int64_t now_ns, int64_t bytes)
{
    if (n->waiting_bytes > 0 && now_ns >= n->free_ns)
        send(n, n->free_ns, n->waiting_bytes);
    int64_t together = n->waiting_bytes + bytes;
    if (now_ns >= n->free_ns || together >= NAGLE_FULL) {
        n->acked = send(n, now_ns, together);
        return 0;
    }
    n->acked = false;
    n->waiting_bytes = together;
    return n->free_ns - now_ns;
}
