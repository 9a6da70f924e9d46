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

static void look(struct cpu_witness *w, int64_t now_ns)
{
    w->throttled = throttled_time(w);
    w->looked_ns = now_ns;
}

/* What the other measured threads of this CPU have worked so far. */
static int64_t neighbours(const struct cpu_witness *w)
{
    int64_t work_ns = 0;
    for (int i = w->thread % w->cpus; i < w->threads; i += w->cpus)
        if (i != w->thread)
            work_ns += __atomic_load_n(&w->areas[i].work_ns, __ATOMIC_RELAXED);
    return work_ns;
}

void cpu_witness_reading(struct cpu_witness *witness, int64_t now_ns)
{
    if (witness->stat_fd < 0)
        return;
    witness->neighbours_ns = witness->latest_ns;
    witness->latest_ns = neighbours(witness);
    witness->read_ns = now_ns;
    if (now_ns - witness->looked_ns >= CPU_WITNESS_LOOK_NS)
        look(witness, now_ns);
}

/* A thread may lose its CPU between its reading of the clock and its look at the others' work (8 %
 * of the times, measured); their turn would be in the latest figure then, so the one before counts.
 * While this thread slept, between the last reading and the wait, the others may have worked. */
bool cpu_witness_foreign(struct cpu_witness *witness, int64_t since_ns, int64_t now_ns,
                         int64_t gap_ns)
{
    if (witness->stat_fd < 0)
        return false;
    int64_t throttled = witness->throttled, asleep_ns = since_ns - witness->read_ns;
    int64_t work_ns = neighbours(witness);
    int64_t theirs_ns = work_ns - witness->neighbours_ns - asleep_ns;
    look(witness, now_ns);
    witness->neighbours_ns = witness->latest_ns = work_ns;
    witness->read_ns = now_ns;
    return witness->throttled == throttled && theirs_ns <= gap_ns;
}
