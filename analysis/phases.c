#include "analysis/phases.h"

#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

#include "sim/error.h"

/* drift, stable, expansion: a second of Poisson publishes at an ample limit moves p50 and p95 by
 * less than half and p99 by up to two times (measured rows of 1000m). floor: half a quota period of
 * 100 ms, below which one throttled period explains everything. amplified: as the SLO control's
 * 2, above the spread of sampled depths. churn: a client that loses its connection every 100 s.
 * memory: the kernel reclaims in vain from there. lost: one pod of ten. cpu_fine:
 * models/parameters.h says why. settle: caches and the first publishes. hold: more than a retry of
 * common clients (1 to 5 s) takes to show. patience: a heartbeat's time-out (20 s) has struck. */
const struct phases_params phases_defaults = {
    .drift = 2,
    .expansion = 4,
    .stable = 1.5,
    .floor_s = 0.05,
    .amplified = 2,
    .churn_share = 0.01,
    .memory_share = 0.9,
    .lost_share = 0.1,
    .away_share = 0.05, /* half of that: the rest comes back by ones and twos */
    .cpu_fine = CPU_FINE_SHARE,
    .settle_s = 1,
    .calm_s = 10,
    .hold_s = 5,
    .patience_s = 20,
};

static const struct signal_kind {
    const char *name;
    bool sustained; /* broke only when broken in two windows in a row */
} kinds[SIGNALS] = {
    [SIGNAL_P50] = { "p50", true },
    [SIGNAL_P95] = { "p95", true },
    [SIGNAL_P99] = { "p99", true },
    [SIGNAL_QUEUE] = { "queue", true },
    [SIGNAL_DROPS] = { "drops", false },
    [SIGNAL_CHURN] = { "churn", false },
    [SIGNAL_WRITE_TIMEOUTS] = { "write-timeouts", false },
    [SIGNAL_HANDSHAKES] = { "handshakes", false },
    [SIGNAL_MEMORY] = { "memory", false },
    [SIGNAL_PROBES] = { "probes", false },
    [SIGNAL_PODS] = { "pods", false },
    [SIGNAL_KILLED] = { "killed", false },
};

const char *failure_signal_name(enum failure_signal signal)
{
    return kinds[signal].name;
}

const char *failure_phase_name(int phase)
{
    static const char *const names[] = { "calm", "p95 drift", "p99 expansion",
                                         "partial collapse" };
    return names[phase];
}

/* What judging one run needs at hand. */
struct judge {
    const struct phases_params *p;
    const struct outline *o;
    struct timeline t;
    double step_s;
    uint16_t *broken; /* by window, bits 1 << enum failure_signal; owned */
    struct phases *f;
};

/* -- values and bounds --------------------------------------------------------------------- */

static double value_of(const struct timeline_window *w, enum failure_signal signal,
                       double step_s)
{
    switch (signal) {
    case SIGNAL_P50: /* a window without deliveries that is known to be late: all are */
        return isnan(w->p50) ? w->p99 : w->p50;
    case SIGNAL_P95:
        return isnan(w->p95) ? w->p99 : w->p95;
    case SIGNAL_P99:
        return w->p99;
    case SIGNAL_QUEUE:
        return w->depth;
    case SIGNAL_DROPS:
        return w->drops;
    case SIGNAL_CHURN:
        return fmax(w->reconnects, w->disconnects - w->left) / step_s;
    case SIGNAL_WRITE_TIMEOUTS:
        return w->write_timeouts;
    case SIGNAL_HANDSHAKES:
        return w->connects_failed / step_s;
    case SIGNAL_MEMORY:
        return w->memory / (isnan(w->running) ? 1 : fmax(1, w->running));
    case SIGNAL_PROBES:
        return w->probes_failed;
    case SIGNAL_PODS:
        return w->running - w->ready;
    default:
        return w->killed;
    }
}

static double or_else(double threshold, double otherwise)
{
    return threshold > 0 ? threshold : otherwise;
}

/* NAN without a calm value, unless nothing ever arrived. */
static double late(const struct judge *j, double factor, double calm)
{
    if (isnan(calm))
        return j->t.starved ? j->p->floor_s : NAN;
    return fmax(j->p->floor_s, factor * calm);
}

static double bound_of(const struct judge *j, enum failure_signal signal, double calm)
{
    const struct phases_params *p = j->p;
    double crowd = p->churn_share * j->o->clients;
    switch (signal) {
    case SIGNAL_P50:
        return late(j, p->stable, calm);
    case SIGNAL_P95:
        return or_else(j->o->slo_p95_s, late(j, p->drift, calm));
    case SIGNAL_P99:
        return or_else(j->o->slo_p99_s, late(j, p->expansion, calm));
    case SIGNAL_QUEUE:
        return fmax(1, p->amplified * calm); /* fmax passes NAN over */
    case SIGNAL_CHURN:
        return or_else(j->o->slo_reconnects_hz, crowd);
    case SIGNAL_HANDSHAKES:
        return crowd;
    case SIGNAL_MEMORY:
        return j->o->memory_bytes > 0 ? p->memory_share * j->o->memory_bytes : NAN;
    default:
        return 0;
    }
}

/* -- the calm part ------------------------------------------------------------------------- */

static size_t window_at(const struct judge *j, double s)
{
    double i = floor(s / j->step_s + 1e-9);
    return i < 0 ? 0 : i > (double)j->t.count ? j->t.count : (size_t)i;
}

static void find_calm(const struct judge *j, size_t *begin, size_t *end)
{
    size_t length = window_at(j, fmax(j->p->calm_s, j->step_s));
    *begin = window_at(j, j->p->settle_s);
    *end = isnan(j->o->pressure_begin) ? *begin + length : window_at(j, j->o->pressure_begin);
    if (*end < *begin + 3)
        *end = *begin + length;
    else if (*end - *begin > length)
        *begin = *end - length;
    *end = *end < j->t.count ? *end : j->t.count;
    *begin = *begin < *end ? *begin : *end;
    j->f->calm_begin_s = (double)*begin * j->step_s;
    j->f->calm_end_s = (double)*end * j->step_s;
    j->f->calm_pressed = j->f->calm_end_s > j->o->pressure_begin; /* NAN: no */
}

/* NAN when no window knows it. */
static double median_of(const struct judge *j, enum failure_signal signal, size_t begin,
                        size_t end)
{
    double *values = mem_alloc((end - begin + 1) * sizeof *values), median = NAN;
    size_t n = 0;
    for (size_t i = begin; i < end; i++) {
        double value = value_of(&j->t.windows[i], signal, j->step_s);
        if (!isnan(value))
            values[n++] = value;
    }
    gsl_sort(values, 1, n);
    if (n > 0)
        median = gsl_stats_median_from_sorted_data(values, 1, n);
    free(values);
    return median;
}

/* -- signals ------------------------------------------------------------------------------- */

static void measure(struct phases_signal *s, double value, double at_s)
{
    if (value > s->peak || (isnan(s->peak) && !isnan(value))) {
        s->peak = value;
        s->peak_s = at_s;
    }
}

/* first_s: the begin of the first spell that is long enough and not over before the pressure. */
static void look_at(struct judge *j, enum failure_signal signal)
{
    struct phases_signal *s = &j->f->signal[signal];
    size_t needed = kinds[signal].sustained ? 2 : 1, spell = 0;
    for (size_t i = 0; i < j->t.count; i++) {
        double value = value_of(&j->t.windows[i], signal, j->step_s);
        double at_s = (double)i * j->step_s;
        bool broken = value > s->bound; /* NAN is not */
        measure(s, value, at_s);
        spell = broken ? spell + 1 : 0;
        if (!broken)
            continue;
        j->broken[i] |= (uint16_t)(1u << signal);
        s->time_s += j->step_s;
        bool before = at_s + j->step_s <= j->o->pressure_begin; /* NAN: never */
        if (isnan(s->first_s) && spell >= needed && !before)
            s->first_s = at_s - (double)(spell - 1) * j->step_s;
    }
}

/* At equal times a death goes first, since the others follow from it. */
static int rank(int signal)
{
    return signal == SIGNAL_KILLED ? -1 : signal;
}

static bool broke_earlier(const struct phases *f, int a, int b)
{
    double at = f->signal[a].first_s, than = f->signal[b].first_s;
    return at < than || (at == than && rank(a) < rank(b));
}

int phases_next(const struct phases *f, int after)
{
    int next = SIGNALS;
    for (int s = 0; s < SIGNALS; s++)
        if (!isnan(f->signal[s].first_s) && (after == SIGNALS || broke_earlier(f, after, s)) &&
            (next == SIGNALS || broke_earlier(f, s, next)))
            next = s;
    return next;
}

static void find_signals(struct judge *j)
{
    size_t begin, end;
    find_calm(j, &begin, &end);
    for (int s = 0; s < SIGNALS; s++) {
        bool has_calm = s <= SIGNAL_QUEUE && !(j->t.starved && s <= SIGNAL_P99);
        double calm = has_calm ? median_of(j, s, begin, end) : NAN;
        j->f->signal[s] = (struct phases_signal){ .calm = calm,
                                                  .bound = bound_of(j, s, calm),
                                                  .first_s = NAN,
                                                  .peak = NAN,
                                                  .peak_s = NAN };
        look_at(j, s);
    }
    j->f->first = phases_next(j->f, SIGNALS);
}

/* -- phases -------------------------------------------------------------------------------- */

static bool is_broken(const struct judge *j, size_t i, enum failure_signal signal)
{
    return j->broken[i] >> signal & 1;
}

static uint8_t phase_at(const struct judge *j, size_t i)
{
    const struct timeline_window *w = &j->t.windows[i];
    bool died = is_broken(j, i, SIGNAL_KILLED) || (i > 0 && is_broken(j, i - 1, SIGNAL_KILLED));
    bool lost = w->open < (1 - j->p->lost_share) * j->o->clients;
    double p50 = value_of(w, SIGNAL_P50, j->step_s);
    if (died || lost || p50 > j->f->signal[SIGNAL_P99].bound)
        return 3;
    bool more = is_broken(j, i, SIGNAL_CHURN) || is_broken(j, i, SIGNAL_WRITE_TIMEOUTS) ||
                is_broken(j, i, SIGNAL_DROPS) || is_broken(j, i, SIGNAL_P50);
    if (is_broken(j, i, SIGNAL_P99) && more)
        return 2;
    return is_broken(j, i, SIGNAL_P95) || is_broken(j, i, SIGNAL_P99);
}

static uint8_t middle(uint8_t a, uint8_t b, uint8_t c)
{
    uint8_t low = a < b ? a : b, high = a < b ? b : a;
    return c < low ? low : c > high ? high : c;
}

/* Of a window, with its neighbours; at the ends there is but one, which then decides alone. */
static void smooth(uint8_t *phase, size_t count)
{
    uint8_t before = count > 1 ? phase[1] : 0;
    for (size_t i = 0; i < count; i++) {
        uint8_t own = phase[i], after = i + 1 < count ? phase[i + 1] : before;
        phase[i] = count > 1 ? middle(before, own, after) : own;
        before = own;
    }
}

static void find_phases(struct judge *j)
{
    struct phases *f = j->f;
    double stable = 0, churn = 0;
    for (size_t i = 0; i < f->count; i++)
        f->phase[i] = phase_at(j, i);
    smooth(f->phase, f->count);
    for (int k = 0; k < FAILURE_PHASES; k++)
        f->first_s[k] = NAN;
    for (size_t i = 0; i < f->count; i++) {
        int k = f->phase[i];
        f->worst = k > f->worst ? k : f->worst;
        f->last = k;
        f->time_s[k] += f->step_s;
        if (isnan(f->first_s[k]))
            f->first_s[k] = (double)i * f->step_s;
        stable += k == 1 && !is_broken(j, i, SIGNAL_P50) ? f->step_s : 0;
        bool churns = is_broken(j, i, SIGNAL_CHURN) || is_broken(j, i, SIGNAL_WRITE_TIMEOUTS);
        churn += k == 2 && churns ? f->step_s : 0;
    }
    f->stable_share = stable / f->time_s[1]; /* 0 / 0: NAN */
    f->churn_share = churn / f->time_s[2];
}

/* -- after the pressure -------------------------------------------------------------------- */

/* How many clients are connected before a window, or in the last of those where that is known. */
static double open_before(const struct judge *j, size_t end)
{
    double open = NAN;
    for (size_t i = 0; i < end; i++)
        open = isnan(j->t.windows[i].open) ? open : j->t.windows[i].open;
    return open;
}

/* So many are enough to say that they are back; NAN: not known, or they never were there. */
static double clients_back(const struct judge *j)
{
    double begin = j->o->pressure_begin;
    double before = open_before(j, isnan(begin) ? 0 : window_at(j, begin));
    return (1 - j->p->away_share) * fmin(before, open_before(j, j->f->count));
}

static void find_recovery(struct judge *j)
{
    struct phases *f = j->f;
    double end = j->o->pressure_end, calm = 0, back = clients_back(j);
    f->recovery_s = f->metastable = NAN;
    if (isnan(end))
        return;
    for (size_t i = window_at(j, end); i < f->count; i++) {
        bool away = j->t.windows[i].open < back; /* NAN is not */
        calm = f->phase[i] == 0 && !away ? calm + f->step_s : 0;
        if (f->phase[i] >= 2)
            f->recovery_s = NAN; /* it has come back */
        else if (isnan(f->recovery_s) && calm >= j->p->hold_s)
            f->recovery_s = fmax(0, (double)(i + 1) * f->step_s - calm - end);
    }
    if (!isnan(f->recovery_s))
        f->metastable = 0;
    else if (j->o->load_end - end >= j->p->patience_s)
        f->metastable = 1;
}

static void find_false_green(struct judge *j)
{
    const unsigned red = 1u << SIGNAL_PROBES | 1u << SIGNAL_PODS | 1u << SIGNAL_KILLED;
    for (size_t i = 0; i < j->t.count; i++) {
        const struct timeline_window *w = &j->t.windows[i];
        double pods = isnan(w->running) ? 1 : w->running;
        if (!is_broken(j, i, SIGNAL_P95) && !is_broken(j, i, SIGNAL_P99))
            continue;
        j->f->broken_s += j->step_s;
        if (w->cpu < j->p->cpu_fine * j->o->cpu * pods * j->step_s && !(j->broken[i] & red))
            j->f->green_s += j->step_s;
    }
}

void phases_init(struct phases *f, const struct phases_params *p, const struct outline *o,
                 const struct run_record *r)
{
    struct judge j = { .p = p, .o = o, .f = f };
    timeline_init(&j.t, r, o->load_end < 1e9 ? (int64_t)llround(o->load_end * 1e9) : 0);
    j.step_s = (double)j.t.step_ns / 1e9;
    j.broken = mem_alloc((j.t.count + 1) * sizeof *j.broken);
    *f = (struct phases){ .starved = j.t.starved, .count = j.t.count, .step_s = j.step_s };
    f->phase = mem_alloc(f->count + 1);
    find_signals(&j);
    find_phases(&j);
    find_recovery(&j);
    find_false_green(&j);
    free(j.broken);
    timeline_close(&j.t);
}

void phases_close(struct phases *f)
{
    free(f->phase);
    f->phase = NULL;
}
