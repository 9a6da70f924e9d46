/* cpu_witness.c - see cpu_witness.h. */
#include "experiments/replay/cpu_witness.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "experiments/replay/cpu_probe_thread.h"

/* throttled_time (v1, ns) or throttled_usec (v2); what it was when it cannot be read. */
static int64_t throttled_time(const struct cpu_witness *w)
{
    char text[1024];
    ssize_t n = pread(w->stat_fd, text, sizeof text - 1, 0);
    text[n > 0 ? n : 0] = '\0';
    const char *line = strstr(text, "\nthrottled_");
    line = line == NULL ? NULL : strchr(line, ' ');
    return line == NULL ? w->throttled : strtoll(line, NULL, 10);
}

static bool another_ran(const struct cpu_witness *w, int64_t since_ns)
{
    for (int i = w->thread % w->cpus; i < w->threads; i += w->cpus)
        if (i != w->thread &&
            __atomic_load_n(&w->areas[i].seen_ns, __ATOMIC_RELAXED) > since_ns)
            return true;
    return false;
}

bool cpu_witness_foreign(struct cpu_witness *witness, int64_t since_ns)
{
    if (witness->stat_fd < 0)
        return false;
    int64_t before = witness->throttled;
    witness->throttled = throttled_time(witness);
    return witness->throttled == before && !another_ran(witness, since_ns);
}
