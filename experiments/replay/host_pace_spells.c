#include "experiments/replay/host_pace_spells.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/error.h"

void host_pace_spells_close(struct host_pace_spells *spells)
{
    free(spells->bin);
    memset(spells, 0, sizeof *spells);
}

void host_pace_spells_add(struct host_pace_spells *spells, int64_t at_ns, double pace)
{
    if (spells->count == 0)
        spells->origin_ns = at_ns;
    assert(at_ns >= spells->origin_ns);
    size_t i = (size_t)((at_ns - spells->origin_ns) / HOST_PACE_BIN_NS);
    if (i >= spells->capacity) {
        spells->capacity = 2 * i + 64;
        spells->bin = mem_realloc(spells->bin, spells->capacity * sizeof *spells->bin);
    }
    for (; spells->count <= i; spells->count++)
        memset(&spells->bin[spells->count], 0, sizeof *spells->bin);
    spells->bin[i].sum += pace;
    spells->bin[i].samples++;
}

static double mean_of(const struct host_pace_spells *spells)
{
    double sum = 0;
    size_t n = 0;
    for (size_t i = 0; i < spells->count; i++) {
        sum += spells->bin[i].sum;
        n += spells->bin[i].samples;
    }
    return sum / (double)n;
}

double host_pace_spells_covariance(const struct host_pace_spells *spells, int64_t apart_ns)
{
    size_t apart = (size_t)(apart_ns / HOST_PACE_BIN_NS), pairs = 0;
    double mean = mean_of(spells), sum = 0;
    for (size_t i = 0; i + apart < spells->count; i++) {
        size_t a = spells->bin[i].samples, b = spells->bin[i + apart].samples;
        if (a == 0 || b == 0)
            continue;
        sum += (spells->bin[i].sum / (double)a / mean - 1) *
               (spells->bin[i + apart].sum / (double)b / mean - 1);
        pairs++;
    }
    return pairs > 0 ? sum / (double)pairs : NAN;
}
