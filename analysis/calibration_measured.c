/* calibration_measured.c - of which costs the runs at hand can tell anything at all. */
#include "analysis/calibration_internal.h"

#include <string.h>

#define LARGE_BYTES 1024

/* Large messages to few and to many clients: only then can one tell what is in caches. */
static bool tells_caches(const struct calibration *c)
{
    int64_t few = INT64_MAX, many = 0;
    for (size_t i = 0; i < c->cell_count; i++) {
        const struct parameters *p = &c->cells[i].point->settings.parameters;
        if (p->workload.payload_bytes < LARGE_BYTES)
            continue;
        few = p->clients < few ? p->clients : few;
        many = p->clients > many ? p->clients : many;
    }
    return many / 2 >= few;
}

bool calibration_measured(const struct calibration *c, const char *option)
{
    static const char *const prefixes[PROTOCOLS] = { "cost.sse.", "cost.websocket." };
    if (strcmp(option, "cost.cached") == 0)
        return tells_caches(c);
    for (int p = 0; p < PROTOCOLS; p++) {
        if (strncmp(option, prefixes[p], strlen(prefixes[p])) != 0)
            continue;
        bool beats = strcmp(strrchr(option, '.'), ".heartbeat") == 0;
        for (size_t i = 0; i < c->cell_count; i++)
            if (c->cells[i].point->settings.parameters.server.protocol ==
                    (enum push_protocol)p &&
                (!beats || calibration_beaten(&c->cells[i])))
                return true;
        return false;
    }
    return true;
}
