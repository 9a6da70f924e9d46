#include "models/memory_account.h"

#include <assert.h>
#include <string.h>

static bool is_heap(enum memory_kind kind)
{
    return kind >= MEMORY_CONNECTIONS && kind <= MEMORY_COMPRESSION;
}

static int64_t heap_bytes(const struct memory_account *m)
{
    int64_t sum = 0;
    for (int k = MEMORY_CONNECTIONS; k <= MEMORY_COMPRESSION; k++)
        sum += m->held_bytes[k];
    return sum;
}

static void follow(struct memory_account *m)
{
    int64_t total = memory_account_total(m);
    if (total > m->peak_bytes)
        m->peak_bytes = total;
    if (!m->sum)
        return;
    m->sum->bytes += total - m->summed_bytes;
    if (m->sum->bytes > m->sum->peak_bytes)
        m->sum->peak_bytes = m->sum->bytes;
    m->summed_bytes = total;
}

void memory_account_init(struct memory_account *m, struct memory_sum *sum)
{
    *m = (struct memory_account){ .sum = sum };
}

void memory_account_start(struct memory_account *m, const struct memory_params *p,
                          int64_t processes)
{
    memset(m->held_bytes, 0, sizeof m->held_bytes);
    m->held_bytes[MEMORY_BASE] = processes * p->base_bytes;
    follow(m);
}

void memory_account_end(struct memory_account *m)
{
    memset(m->held_bytes, 0, sizeof m->held_bytes);
    follow(m);
}

/* The heap grew (or shrank) by so much, its overhead included. */
static void retain(struct memory_account *m, const struct memory_params *p, int64_t grown)
{
    int64_t *retained = &m->held_bytes[MEMORY_RETAINED];
    if (grown > 0)
        *retained -= grown < *retained ? grown : *retained;
    else
        *retained += (int64_t)(p->retention * (double)-grown);
}

void memory_account_change(struct memory_account *m, const struct memory_params *p,
                           enum memory_kind kind, int64_t bytes)
{
    assert(kind < MEMORY_OVERHEAD && m->held_bytes[kind] + bytes >= 0);
    m->held_bytes[kind] += bytes;
    if (is_heap(kind)) {
        int64_t overhead = (int64_t)(p->overhead * (double)heap_bytes(m));
        retain(m, p, bytes + overhead - m->held_bytes[MEMORY_OVERHEAD]);
        m->held_bytes[MEMORY_OVERHEAD] = overhead;
    }
    follow(m);
}

void memory_account_set(struct memory_account *m, const struct memory_params *p,
                        enum memory_kind kind, int64_t bytes)
{
    memory_account_change(m, p, kind, bytes - m->held_bytes[kind]);
}

int64_t memory_account_total(const struct memory_account *m)
{
    int64_t sum = 0;
    for (int k = 0; k < MEMORY_KINDS; k++)
        sum += m->held_bytes[k];
    return sum;
}

bool memory_account_exceeded(const struct memory_account *m, int64_t limit_bytes)
{
    return limit_bytes > 0 && memory_account_total(m) > limit_bytes;
}

const char *memory_kind_name(enum memory_kind kind)
{
    static const char *const names[MEMORY_KINDS] = {
        [MEMORY_BASE] = "base",         [MEMORY_CONNECTIONS] = "connections",
        [MEMORY_QUEUES] = "queues",     [MEMORY_WRITE_BUFFERS] = "write_buffers",
        [MEMORY_HISTORY] = "history",   [MEMORY_COMPRESSION] = "compression",
        [MEMORY_SOCKETS] = "sockets",   [MEMORY_OVERHEAD] = "overhead",
        [MEMORY_RETAINED] = "retained",
    };
    return names[kind];
}
