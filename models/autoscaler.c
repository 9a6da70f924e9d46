#include "models/autoscaler.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "sim/error.h"

void autoscaler_init(struct autoscaler *a)
{
    memset(a, 0, sizeof *a);
}

const char *autoscaler_metric_name(enum autoscaler_metric metric)
{
    static const char *const names[] = { "cpu", "p99", "queue", "connections", "none" };
    return names[metric];
}

/* -- one metric ------------------------------------------------------------------------------- */

enum pod_group { POD_IGNORED, POD_UNREADY, POD_MISSING, POD_COUNTS, POD_GROUPS };

/* Readiness matters to the CPU metric alone: a starting process burns CPU. */
static bool cpu_unready(const struct autoscaler_params *p, int64_t now_ns,
                        const struct autoscaler_pod *pod)
{
    if (now_ns < pod->started_ns + p->cpu_initialization_ns)
        return !pod->ready || pod->measured_ns < pod->ready_changed_ns + p->window_ns;
    return !pod->ready && pod->ready_changed_ns < pod->started_ns + p->initial_readiness_ns;
}

static enum pod_group group_of(const struct autoscaler_params *p, enum autoscaler_metric metric,
                               int64_t now_ns, const struct autoscaler_pod *pod)
{
    if (pod->terminating)
        return POD_IGNORED;
    if (pod->pending)
        return POD_UNREADY;
    if (isnan(pod->value[metric]))
        return POD_MISSING;
    if (metric == AUTOSCALE_CPU && cpu_unready(p, now_ns, pod))
        return POD_UNREADY;
    return POD_COUNTS;
}

/* In whole units, of which there are `parts` in 1; the nudge undoes binary fractions. */
static double whole(double value, double parts)
{
    return floor(parts * value + 1e-9);
}

/* Mean over `pods` that sum up to `sum`, over the target: whole per cent of CPU, thousandths of
 * anything else. */
static double ratio_of(enum autoscaler_metric metric, double sum, int64_t pods, double target)
{
    double parts = metric == AUTOSCALE_CPU ? 100 : 1000;
    return whole(sum / (double)pods, parts) / fmax(1, whole(target, parts));
}

static bool within_tolerance(const struct autoscaler_params *p, double ratio)
{
    return ratio >= 1 - p->tolerance && ratio <= 1 + p->tolerance;
}

int autoscaler_propose(const struct autoscaler_params *p, enum autoscaler_metric metric,
                       int64_t now_ns, int64_t replicas, const struct autoscaler_pod *pods,
                       size_t count, int64_t *proposal, double *ratio)
{
    int64_t n[POD_GROUPS] = { 0 };
    double target = p->target[metric], sum = 0;
    for (size_t i = 0; i < count; i++) {
        enum pod_group group = group_of(p, metric, now_ns, &pods[i]);
        n[group]++;
        sum += group == POD_COUNTS ? pods[i].value[metric] : 0;
    }
    if (n[POD_COUNTS] == 0)
        return ERR_STATE;

    double first = ratio_of(metric, sum, n[POD_COUNTS], target);
    int64_t counted = n[POD_COUNTS];
    bool unready_too = n[POD_UNREADY] > 0 && first > 1;
    *ratio = first;
    if (!unready_too && n[POD_MISSING] == 0) {
        *proposal = within_tolerance(p, first) ? replicas : (int64_t)ceil(first * counted);
        return 0;
    }
    if (first < 1)
        sum += n[POD_MISSING] * (metric == AUTOSCALE_CPU ? fmax(1, target) : target);
    counted += first == 1 && metric == AUTOSCALE_CPU ? 0 : n[POD_MISSING];
    counted += unready_too ? n[POD_UNREADY] : 0;

    double second = ratio_of(metric, sum, counted, target);
    int64_t wanted = (int64_t)ceil(second * counted);
    bool turned = (first < 1 && second > 1) || (first > 1 && second < 1) ||
                  (second < 1 && wanted > replicas) || (second > 1 && wanted < replicas);
    *proposal = within_tolerance(p, second) || turned ? replicas : wanted;
    return 0;
}

/* The largest proposal; `replicas` while it may not be followed. */
static void propose(const struct autoscaler_params *p, int64_t now_ns, int64_t replicas,
                    const struct autoscaler_pod *pods, size_t count,
                    struct autoscaler_decision *d)
{
    *d = (struct autoscaler_decision){ .proposed = 0, .metric = AUTOSCALE_METRICS };
    for (int m = 0; m < AUTOSCALE_METRICS; m++) {
        int64_t proposal;
        double ratio;
        if (p->target[m] <= 0)
            continue;
        if (autoscaler_propose(p, m, now_ns, replicas, pods, count, &proposal, &ratio)) {
            d->failed++;
        } else if (d->metric == AUTOSCALE_METRICS || proposal > d->proposed) {
            d->proposed = proposal;
            d->metric = m;
            d->ratio = ratio;
        }
    }
    if (d->metric == AUTOSCALE_METRICS || (d->failed > 0 && d->proposed < replicas)) {
        d->metric = AUTOSCALE_METRICS;
        d->proposed = replicas;
    }
}

/* -- windows and policies --------------------------------------------------------------------- */

static void note(struct autoscaler_notes *notes, int64_t now_ns, int64_t replicas)
{
    notes->items[notes->count++ % AUTOSCALER_REMEMBERS] =
        (struct autoscaler_note){ now_ns, replicas };
}

/* The i-th newest note that is younger than window_ns; NULL: there is none. */
static const struct autoscaler_note *recent(const struct autoscaler_notes *notes, size_t i,
                                            int64_t now_ns, int64_t window_ns)
{
    if (i >= notes->count || i >= AUTOSCALER_REMEMBERS)
        return NULL;
    const struct autoscaler_note *n =
        &notes->items[(notes->count - 1 - i) % AUTOSCALER_REMEMBERS];
    return n->at_ns > now_ns - window_ns ? n : NULL;
}

/* Up only as far as every recommendation in the window agrees, down likewise. */
static int64_t stabilise(struct autoscaler *a, const struct autoscaler_params *p,
                         int64_t now_ns, int64_t replicas, int64_t proposed)
{
    const struct autoscaler_note *n;
    int64_t lowest = proposed, highest = proposed;
    for (size_t i = 0; (n = recent(&a->recommendations, i, now_ns, p->up.stabilisation_ns));
         i++)
        lowest = n->replicas < lowest ? n->replicas : lowest;
    for (size_t i = 0; (n = recent(&a->recommendations, i, now_ns, p->down.stabilisation_ns));
         i++)
        highest = n->replicas > highest ? n->replicas : highest;
    note(&a->recommendations, now_ns, proposed);
    if (replicas < lowest)
        return lowest;
    return replicas > highest ? highest : replicas;
}

static int64_t changed(const struct autoscaler_notes *notes, int64_t now_ns, int64_t period_ns)
{
    int64_t sum = 0;
    const struct autoscaler_note *n;
    for (size_t i = 0; (n = recent(notes, i, now_ns, period_ns)); i++)
        sum += n->replicas;
    return sum;
}

/* How far the policies let the replicas go; direction +1 or -1. */
static int64_t policy_limit(const struct autoscaler *a, const struct autoscaler_rules *r,
                            int direction, int64_t now_ns, int64_t replicas)
{
    if (r->select == SELECT_DISABLED || (r->pods == 0 && r->percent == 0))
        return replicas;
    int64_t start = replicas - changed(&a->ups, now_ns, r->period_ns) +
                    changed(&a->downs, now_ns, r->period_ns);
    int64_t part =
        start * r->percent; /* up is rounded up; down, what is left is rounded down */
    int64_t pods = r->pods, percent = (part + 99) / 100;
    int64_t change = r->select == SELECT_MAX ? (pods > percent ? pods : percent)
                                             : (pods < percent ? pods : percent);
    if (r->pods == 0 || r->percent == 0)
        change = r->pods == 0 ? percent : pods;
    int64_t limit = start + direction * change;
    return direction * (limit - replicas) > 0 ? limit : replicas;
}

static int64_t clamp(int64_t value, int64_t low, int64_t high)
{
    return value < low ? low : value > high ? high : value;
}

/* A count outside min .. max is put right at once, without looking at metrics. */
static int64_t decide(struct autoscaler *a, const struct autoscaler_params *p, int64_t now_ns,
                      int64_t replicas, const struct autoscaler_decision *d)
{
    int64_t wanted = stabilise(a, p, now_ns, replicas, d->proposed);
    if (wanted > replicas) {
        int64_t limit = policy_limit(a, &p->up, 1, now_ns, replicas);
        return clamp(wanted, replicas, limit < p->max ? limit : p->max);
    }
    if (wanted < replicas) {
        int64_t limit = policy_limit(a, &p->down, -1, now_ns, replicas);
        return clamp(wanted, limit > p->min ? limit : p->min, replicas);
    }
    return replicas;
}

struct autoscaler_decision autoscaler_sync(struct autoscaler *a,
                                           const struct autoscaler_params *p, int64_t now_ns,
                                           int64_t replicas, const struct autoscaler_pod *pods,
                                           size_t count)
{
    struct autoscaler_decision d = { .replicas = clamp(replicas, p->min, p->max),
                                     .proposed = clamp(replicas, p->min, p->max),
                                     .metric = AUTOSCALE_METRICS };
    assert(p->min >= 1 && p->min <= p->max);
    if (a->recommendations.count == 0)
        note(&a->recommendations, now_ns, replicas);
    if (d.replicas == replicas) {
        propose(p, now_ns, replicas, pods, count, &d);
        if (d.metric == AUTOSCALE_METRICS) /* an error: nothing is recommended */
            d.replicas = replicas;
        else
            d.replicas = decide(a, p, now_ns, replicas, &d);
    }
    if (d.replicas > replicas)
        note(&a->ups, now_ns, d.replicas - replicas);
    else if (d.replicas < replicas)
        note(&a->downs, now_ns, replicas - d.replicas);
    return d;
}
