#include "models/cost_noise.h"

#include <math.h>
#include <stdlib.h>

#include "models/random_purpose.h"
#include "sim/error.h"

#define POINTS_EACH 16.0 /* in cost.spell.time */

static void draw_path(struct cost_noise *noise, double time_ns, double run_ns)
{
    double keep, sum = 0;
    noise->step_ns = fmax(time_ns / POINTS_EACH, run_ns / COST_NOISE_POINTS);
    noise->count = (size_t)fmax(ceil(run_ns / noise->step_ns), 1);
    noise->path = mem_alloc(noise->count * sizeof *noise->path);
    keep = exp(-noise->step_ns / time_ns);
    for (size_t i = 0; i < noise->count; i++) {
        double fresh = random_stream_normal(&noise->spells);
        noise->path[i] =
            i == 0 ? fresh : keep * noise->path[i - 1] + sqrt(1 - keep * keep) * fresh;
        sum += noise->path[i];
    }
    for (size_t i = 0; i < noise->count; i++)
        noise->path[i] -= sum / (double)noise->count;
}

void cost_noise_init(struct cost_noise *noise, const struct cost_params *cost, int64_t run_ns,
                     uint64_t seed, uint32_t replication)
{
    *noise = (struct cost_noise){ .path = NULL };
    random_stream_init(&noise->draws, seed, replication, RANDOM_COST_NOISE, 0);
    random_stream_init(&noise->spells, seed, replication, RANDOM_SPELLS, 0);
    if (cost->spell_cv > 0 && cost->spell_ns > 0)
        draw_path(noise, cost->spell_ns, (double)run_ns);
}

void cost_noise_close(struct cost_noise *noise)
{
    free(noise->path);
    noise->path = NULL;
}

/* Without a path nothing of it lasts to the next publish. */
static double deviate(struct cost_noise *noise, int64_t now_ns)
{
    if (!noise->path)
        return random_stream_normal(&noise->spells);
    size_t at = (size_t)((double)now_ns / noise->step_ns);
    return noise->path[at < noise->count ? at : noise->count - 1];
}

/* Its mean is 1 as the other's is. */
static double host_factor(struct cost_noise *noise, const struct cost_params *cost,
                          int64_t now_ns)
{
    if (cost->spell_cv == 0)
        return 1;
    double deviation = cost->pace_power * sqrt(log1p(cost->spell_cv * cost->spell_cv));
    return exp(deviation * deviate(noise, now_ns) - deviation * deviation / 2);
}

double cost_noise_next(struct cost_noise *noise, const struct cost_params *cost, int64_t now_ns)
{
    return random_stream_lognormal(&noise->draws, 1, cost->noise_cv) *
           host_factor(noise, cost, now_ns);
}
