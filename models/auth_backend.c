#include "models/auth_backend.h"

#include <stdlib.h>

#include "sim/error.h"

void auth_backend_init(struct auth_backend *a, const struct auth_params *p)
{
    *a = (struct auth_backend){ .free_ns =
                                    mem_alloc((size_t)(p->workers + 1) * sizeof(int64_t)) };
}

void auth_backend_close(struct auth_backend *a)
{
    free(a->free_ns);
    a->free_ns = NULL;
}

/* All requests take the same time, so workers become free in the order in which they started:
 * the ring's next one is always the first to be free. */
bool auth_backend_ask(const struct auth_params *p, struct auth_backend *a, int64_t now_ns,
                      int64_t *answer_ns)
{
    a->requests++;
    if (p->workers == 0) {
        *answer_ns = now_ns;
        return true;
    }
    int64_t *free_ns = &a->free_ns[a->next];
    a->next = (a->next + 1) % p->workers;
    *free_ns = (*free_ns > now_ns ? *free_ns : now_ns) + p->service_ns;
    bool in_time = *free_ns <= now_ns + p->timeout_ns;
    a->timeouts += !in_time;
    *answer_ns = in_time ? *free_ns : now_ns + p->timeout_ns;
    return in_time;
}
