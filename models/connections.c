#include "models/connections.h"

#include <stdlib.h>
#include <string.h>

#include "sim/error.h"

void connections_init(struct connections *c, uint32_t count)
{
    *c = (struct connections){ .state = mem_alloc(count + (size_t)1), .count = count };
}

void connections_close(struct connections *c)
{
    free(c->state);
    c->state = NULL;
}

/* All alike is told at the speed of memcmp; else whole words first. */
static uint32_t equal_bytes(const uint8_t *state, uint32_t n)
{
    uint64_t pattern = 0x0101010101010101u * state[0], word;
    uint32_t i = 0;
    if (memcmp(state, state + 1, n - 1) == 0)
        return n;
    for (; i + sizeof word <= n; i += sizeof word) {
        memcpy(&word, state + i, sizeof word);
        if (word != pattern)
            break;
    }
    while (i < n && state[i] == state[0])
        i++;
    return i;
}

uint32_t connections_run(const struct connections *c, uint32_t first, uint32_t n)
{
    return equal_bytes(c->state + first, n);
}

static bool is_open(uint8_t state)
{
    uint8_t phase = state & CONNECTION_PHASE_MASK;
    return phase >= CONNECTION_WAITING && phase <= CONNECTION_BLOCKED;
}

static bool is_closing(uint8_t state)
{
    return (state & CONNECTION_PHASE_MASK) == CONNECTION_CLOSING;
}

static bool is_regular(uint8_t state)
{
    return state == CONNECTION_WAITING || state == CONNECTION_READY;
}

static void set_run(struct connections *c, uint32_t first, uint32_t n, uint8_t state)
{
    uint8_t old = c->state[first];
    c->open += n * (uint32_t)is_open(state) - n * (uint32_t)is_open(old);
    c->closing += n * (uint32_t)is_closing(state) - n * (uint32_t)is_closing(old);
    c->regular += n * (uint32_t)is_regular(state) - n * (uint32_t)is_regular(old);
    memset(c->state + first, state, n);
    if (state != CONNECTION_CLOSED && first + n > c->used)
        c->used = first + n;
}

void connections_set_phase(struct connections *c, uint32_t first, uint32_t n,
                           enum connection_phase phase)
{
    while (n > 0) {
        uint32_t run = connections_run(c, first, n);
        uint8_t flags = c->state[first] & (uint8_t)~CONNECTION_PHASE_MASK;
        set_run(c, first, run, flags | (uint8_t)phase);
        first += run;
        n -= run;
    }
}

void connections_set_flags(struct connections *c, uint32_t i, uint8_t flags, bool on)
{
    uint8_t state = c->state[i];
    set_run(c, i, 1, on ? state | flags : state & (uint8_t)~flags);
}
