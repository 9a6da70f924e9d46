#include "analysis/explain.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MISSING_TOLD 0.001 /* of what was due */

int explain_init(struct explanation *e, struct store *store, const struct store_found *run,
                 const struct phases_params *p, struct error *err)
{
    struct settings settings = { 0 };
    const char *about;
    struct error unused;
    e->run = run;
    run_record_init(&e->record);
    int code = store_load(store, run, &e->record, &settings, err);
    if (code) {
        run_record_close(&e->record);
        return code;
    }
    e->slo = settings.parameters.slo;
    settings_resolve(&settings, &about, &unused); /* of a version that allowed more: as it is */
    outline_limits(&e->outline, &settings.parameters);
    outline_recall(&e->outline, &e->record);
    phases_init(&e->phases, p, &e->outline, &e->record);
    for (int i = 0; i < BLAME_PARTS; i++) {
        char name[48];
        snprintf(name, sizeof name, "blame.%s.tail", blame_part_name(i));
        e->blame[i] = run_record_value(&e->record, name);
    }
    return 0;
}

void explain_close(struct explanation *e)
{
    phases_close(&e->phases);
    run_record_close(&e->record);
}

/* -- words --------------------------------------------------------------------------------- */

static const char *time_text(char text[UNIT_TEXT_BYTES], double s)
{
    return isnan(s) ? "?" : unit_format_short(text, UNIT_TIME, 1e9 * s);
}

static const char *value_text(char text[UNIT_TEXT_BYTES], enum failure_signal signal,
                              double value)
{
    if (isnan(value))
        return "?";
    if (signal <= SIGNAL_P99)
        return time_text(text, value);
    if (signal == SIGNAL_MEMORY)
        return unit_format_short(text, UNIT_BYTES, value);
    bool rate = signal == SIGNAL_CHURN || signal == SIGNAL_HANDSHAKES;
    snprintf(text, UNIT_TEXT_BYTES, "%.3g%s", value, rate ? "/s" : "");
    return text;
}

/* Neither a limit nor a time before the pressure tells what calm is: the run is compared with its
 * own beginning, which may be as bad as all of it. */
static bool own_reference(const struct explanation *e)
{
    const struct outline *o = &e->outline;
    return isnan(o->pressure_begin) && o->slo_p95_s == 0 && o->slo_p99_s == 0;
}

/* Is it late before anything presses? */
static bool late_when_calm(const struct explanation *e)
{
    const struct phases_signal *signal = e->phases.signal;
    return (e->outline.slo_p95_s > 0 && signal[SIGNAL_P95].calm > e->outline.slo_p95_s) ||
           (e->outline.slo_p99_s > 0 && signal[SIGNAL_P99].calm > e->outline.slo_p99_s);
}

/* Behind the times of the reference: why it may be none. */
static const char *reservation(const struct explanation *e)
{
    if (e->phases.calm_pressed)
        return ", under pressure already";
    if (late_when_calm(e))
        return ", beyond the slo already";
    return own_reference(e) ? ", its own beginning, calm or not" : "";
}

static void write_pressure(const struct explanation *e, FILE *out)
{
    const struct phases *f = &e->phases;
    char a[UNIT_TEXT_BYTES], b[UNIT_TEXT_BYTES], c[UNIT_TEXT_BYTES];
    double begin = e->outline.pressure_begin, end = e->outline.pressure_end;
    if (isnan(begin))
        fprintf(out, "  pressure     the same all the time\n");
    else if (isnan(end))
        fprintf(out, "  pressure     from %s to the end\n", time_text(a, begin));
    else if (begin == end)
        fprintf(out, "  pressure     at %s\n", time_text(a, begin));
    else
        fprintf(out, "  pressure     from %s to %s\n", time_text(a, begin), time_text(b, end));
    if (f->starved) {
        fprintf(out, "  calm         none: nothing arrived, although %.0f messages were due\n",
                run_record_value(&e->record, "due"));
        return;
    }
    const char *but = reservation(e);
    fprintf(out, "  %-12s %s to %s%s:", *but ? "reference" : "calm",
            time_text(a, f->calm_begin_s), time_text(b, f->calm_end_s), but);
    for (int s = SIGNAL_P50; s <= SIGNAL_P99; s++)
        fprintf(out, "%s %s %s", s ? "," : "", failure_signal_name(s),
                time_text(c, f->signal[s].calm));
    fputc('\n', out);
}

/* Behind the name of the phase: it is one of p95 or of p99. */
static const char *without_p95(const struct phases *f, int phase)
{
    return phase == 1 && f->signal[SIGNAL_P95].time_s == 0 ? " (of p99 alone)" : "";
}

/* The course in one sentence. */
static void write_short(const struct explanation *e, FILE *out)
{
    const struct phases *f = &e->phases;
    bool own = own_reference(e);
    char text[UNIT_TEXT_BYTES];
    fprintf(out, "  in short     ");
    if (f->first == SIGNALS && f->worst == 0) {
        fprintf(out,
                own ? "nothing got worse than it began (slo.p99 would tell what is too late)\n"
                    : "nothing broke\n");
        return;
    }
    if (f->first == SIGNALS)
        fprintf(out, "nothing broke for long");
    else
        fprintf(out, "%s broke first", failure_signal_name(f->first));
    fprintf(out, f->worst ? ", it came to %s%s" : ", no phase of failure came of it",
            failure_phase_name(f->worst), without_p95(f, f->worst));
    if (f->metastable == 1)
        fprintf(out, ", and it never recovered\n");
    else if (f->recovery_s > 0)
        fprintf(out, ", and it recovered in %s\n", time_text(text, f->recovery_s));
    else if (f->last > 0)
        fprintf(out, ", and it ended in %s%s\n", failure_phase_name(f->last),
                without_p95(f, f->last));
    else
        fprintf(out, own ? ", and it ended as it began\n" : ", and it ended calm\n");
}

static void write_signal(const struct phases *f, enum failure_signal signal, FILE *out)
{
    const struct phases_signal *s = &f->signal[signal];
    char at[UNIT_TEXT_BYTES], bound[UNIT_TEXT_BYTES], peak[UNIT_TEXT_BYTES],
        peak_at[UNIT_TEXT_BYTES], time[UNIT_TEXT_BYTES];
    fprintf(out, "  %-12s %s at %s: above %s for %s, most %s at %s\n",
            (int)signal == f->first ? "broke first" : "then", failure_signal_name(signal),
            time_text(at, s->first_s), value_text(bound, signal, s->bound),
            time_text(time, s->time_s), value_text(peak, signal, s->peak),
            time_text(peak_at, s->peak_s));
}

/* In the order in which they broke. */
static void write_signals(const struct phases *f, FILE *out)
{
    if (f->first == SIGNALS)
        fprintf(out, "  broke first  nothing broke\n");
    for (int s = f->first; s != SIGNALS; s = phases_next(f, s))
        write_signal(f, s, out);
}

static void write_phases(const struct phases *f, FILE *out)
{
    char from[UNIT_TEXT_BYTES], time[UNIT_TEXT_BYTES];
    for (int k = 1; k < FAILURE_PHASES; k++) {
        if (f->time_s[k] == 0)
            continue;
        fprintf(out, "  phase %d      %s%s from %s, %s in all", k, failure_phase_name(k),
                without_p95(f, k), time_text(from, f->first_s[k]),
                time_text(time, f->time_s[k]));
        if (k == 1)
            fprintf(out, "; the median stable in %.0f%% of it", 100 * f->stable_share);
        if (k == 2)
            fprintf(out, "; churn or write time-outs in %.0f%% of it", 100 * f->churn_share);
        fputc('\n', out);
    }
}

static void write_recovery(const struct explanation *e, FILE *out)
{
    const struct phases *f = &e->phases;
    char text[UNIT_TEXT_BYTES];
    fprintf(out, "  recovery     ");
    if (f->metastable == 1)
        fprintf(out, "none in the %s after the pressure: metastable\n",
                time_text(text, e->outline.load_end - e->outline.pressure_end));
    else if (!isnan(f->recovery_s) && f->recovery_s == 0)
        fprintf(out, "well as soon as the pressure ended\n");
    else if (!isnan(f->recovery_s))
        fprintf(out, "%s after the end of the pressure\n", time_text(text, f->recovery_s));
    else
        fprintf(out, "cannot be told: %s\n",
                isnan(e->outline.pressure_end) ? "no pressure ends in this run"
                                               : "the load ends too early");
}

/* A course is of what arrives, and tells nothing of the rest. */
static void write_missing(const struct explanation *e, FILE *out)
{
    static const struct {
        const char *metric, *text;
    } fates[] = { { "in_flight", "still under way at its end" },
                  { "lost", "lost with a connection or a queue" },
                  { "dropped", "dropped" },
                  { "replayed.lost", "came by a replay after all" } };
    double due = run_record_value(&e->record, "due");
    const char *between = "  missing     ";
    for (size_t i = 0; i < sizeof fates / sizeof *fates; i++) {
        double share = run_record_value(&e->record, fates[i].metric) / due;
        if (!(share >= MISSING_TOLD)) /* or not recorded */
            continue;
        fprintf(out, "%s %.3g%% of what was due %s", between, 100 * share, fates[i].text);
        between = ",";
    }
    if (*between == ',')
        fputc('\n', out);
}

/* What a run that looks even may suffer from all the time. */
static void write_throttled(const struct explanation *e, FILE *out)
{
    double share = run_record_value(&e->record, "cpu.throttled_share");
    if (share > 0)
        fprintf(out, "  throttled    in %.0f%% of the quota's periods\n", 100 * share);
}

/* The loop stands still in them, so they are the time that others waited in its queue, or longer
 * where the quota ran out meanwhile: the blame does not know them. */
static void write_collections(const struct explanation *e, FILE *out)
{
    char longest[UNIT_TEXT_BYTES], all[UNIT_TEXT_BYTES];
    double count = run_record_value(&e->record, "gc.full");
    if (count > 0)
        fprintf(out,
                "  collections  %.0f full garbage collection%s of %s CPU in all, longest %s\n",
                count, count == 1 ? "" : "s",
                time_text(all, run_record_value(&e->record, "gc.pause")),
                time_text(longest, run_record_value(&e->record, "gc.pause.max")));
}

static void write_blame(const struct explanation *e, FILE *out)
{
    const char *between = "";
    if (isnan(e->blame[0]))
        return;
    fprintf(out, "  blame        of the latest 1%%: ");
    for (int n = 0; n < BLAME_PARTS; n++) {
        if (e->blame[n] < 0.005)
            continue;
        fprintf(out, "%s%s %.0f%%", between, blame_part_name(n), 100 * e->blame[n]);
        between = ", ";
    }
    fputc('\n', out);
}

/* A breach of a limit that was breached before: it comes and goes around the limit. */
static bool breached_before(const struct run_record *r, size_t i)
{
    const struct record_event *e = &r->events[i];
    size_t length = strcspn(e->detail, " ");
    for (size_t k = 0; k < i && strcmp(e->kind, "breach") == 0; k++)
        if (strcmp(r->events[k].kind, "breach") == 0 &&
            strncmp(r->events[k].detail, e->detail, length + 1) == 0)
            return true;
    return false;
}

/* What acted or died, the first dozen of them; latencies and pods' comings and goings are above. */
static void write_events(const struct run_record *r, FILE *out)
{
    static const char *const kinds[] = { "breach",  "trigger", "action", "scale",
                                         "rollout", "oom",     "crash",  "liveness",
                                         "startup", "exit",    "deploy" };
    size_t told = 0, more = 0;
    char at[UNIT_TEXT_BYTES];
    for (size_t i = 0; i < r->event_count; i++) {
        const struct record_event *e = &r->events[i];
        bool tells = false;
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
            tells |= strcmp(e->kind, kinds[k]) == 0;
        if (tells && told < 12 && !breached_before(r, i))
            fprintf(out, "  %-12s %s %s: %s\n", told++ ? "" : "events",
                    time_text(at, (double)e->at_ns / 1e9), e->kind, e->detail);
        else
            more += tells;
    }
    if (more > 0)
        fprintf(out, "  %-12s and %zu more (pushsim export --table event)\n", "", more);
}

void explain_write(const struct explanation *e, FILE *out)
{
    const struct phases *f = &e->phases;
    char broken[UNIT_TEXT_BYTES];
    fprintf(out, "%s, point %lld, %s %lld%s%s\n", e->run->experiment, (long long)e->run->point,
            e->run->arm == ARM_SIM ? "simulated run" : "real run",
            (long long)e->run->replication, *e->run->cell ? ": " : "", e->run->cell);
    write_short(e, out);
    write_pressure(e, out);
    write_signals(f, out);
    write_phases(f, out);
    write_recovery(e, out);
    if (f->broken_s > 0)
        fprintf(out,
                "  false green  in %.0f%% of the %s out of bounds CPU and probes look well\n",
                100 * f->green_s / f->broken_s, time_text(broken, f->broken_s));
    write_throttled(e, out);
    write_collections(e, out);
    write_missing(e, out);
    write_blame(e, out);
    write_events(&e->record, out);
}
