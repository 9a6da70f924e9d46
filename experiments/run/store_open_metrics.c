/* store_open_metrics.c - the series as OpenMetrics text, as if each run had been scraped once a
 * second: alert rules can be tried on failures that were simulated. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/run/plan.h"
#include "experiments/run/store_internal.h"

#define SECOND_NS          INT64_C(1000000000)
#define LABEL_NAME_BYTES   96
#define LABELS_FIXED_BYTES 256 /* experiment, arm, point, replication, pod */

enum series_kind {
    KIND_GAUGE,   /* as it is */
    KIND_STEP,    /* told at its changes, holds between them */
    KIND_COUNTER, /* of its second; summed up from 0, as an exporter would */
};

/* The first that fits counts; a name that ends in a dot stands for all that begin so. */
static const struct series_form {
    const char *series;
    enum series_kind kind;
    const char *unit; /* OpenMetrics wants it at the end of the name; "" has none */
} forms[] = {
    { "delivery.", KIND_GAUGE, "seconds" },
    { "roundtrip.", KIND_GAUGE, "seconds" },
    { "pod.p99", KIND_GAUGE, "seconds" },
    { "pod.cpu", KIND_GAUGE, "ratio" },
    { "cpu.used", KIND_COUNTER, "seconds" },
    { "cpu.throttled", KIND_COUNTER, "seconds" },
    { "cpu.throttled_share", KIND_GAUGE, "ratio" },
    { "connects.failure_rate", KIND_GAUGE, "ratio" },
    { "memory", KIND_GAUGE, "bytes" },
    { "slo.broken", KIND_STEP, "" },
    { "failure.phase", KIND_STEP, "" },
    { "messages.answered", KIND_COUNTER, "" },
    { "connects", KIND_COUNTER, "" },
    { "connects.failed", KIND_COUNTER, "" },
    { "reconnects", KIND_COUNTER, "" },
    { "disconnects", KIND_COUNTER, "" },
    { "disconnects.", KIND_COUNTER, "" },
    { "drops", KIND_COUNTER, "" },
    { "lost", KIND_COUNTER, "" },
    { "replayed", KIND_COUNTER, "" },
    { "write_timeouts", KIND_COUNTER, "" },
    { "oom", KIND_COUNTER, "" },
    { "restarts", KIND_COUNTER, "" },
    { "probes.failed", KIND_COUNTER, "" },
    { "probes.failed.", KIND_COUNTER, "" },
};
static const struct series_form gauge = { "", KIND_GAUGE, "" };

static bool fits(const char *pattern, const char *series)
{
    size_t length = strlen(pattern);
    return pattern[length - 1] == '.' ? strncmp(series, pattern, length) == 0
                                      : strcmp(series, pattern) == 0;
}

/* `family` is "pod.queue.depth" of "pod.3.queue.depth": of the same form as "queue.depth". */
static const struct series_form *form_of(const char *family)
{
    static const char pod[] = "pod.";
    const char *rest =
        strncmp(family, pod, sizeof pod - 1) == 0 ? family + sizeof pod - 1 : family;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (fits(forms[i].series, family) || fits(forms[i].series, rest))
            return &forms[i];
    return &gauge;
}

/* -- text (https://prometheus.io/docs/specs/om/open_metrics_spec, version 1.0) ------------------ */

struct writer {
    FILE *out;
    int64_t begin_s; /* when each run began, since 1970 */
    const struct series_form *form;
    char name[96];   /* of the metric, with its unit */
    char *labels;    /* "{...}" of the stream, owned; NULL: there is none */
    int64_t next_ns; /* the stream's next second that has no sample yet */
    int64_t end_ns;  /* of the stream's run */
    double total;    /* of a counter; the last value of a step */
};

/* A name or label of OpenMetrics: of what is neither letter nor digit an underscore. */
static void write_name(char *out, size_t room, const char *text)
{
    size_t n = strlen(out);
    for (; *text && n + 1 < room; text++)
        out[n++] = isalnum((unsigned char)*text) ? *text : '_';
    out[n] = '\0';
}

/* The name of a further label: of steady-a and steady_a the second one is numbered. No value has a
 * quote that is not escaped, so what looks like a label is one. */
static void label_name(const char *labels, const char *name, char out[LABEL_NAME_BYTES])
{
    char label[LABEL_NAME_BYTES + 4];
    *out = '\0';
    write_name(out, LABEL_NAME_BYTES - 12, name);
    size_t length = strlen(out);
    for (int n = 2;; n++) {
        snprintf(label, sizeof label, ",%s=\"", out);
        if (!strstr(labels, label))
            return;
        snprintf(out + length, LABEL_NAME_BYTES - length, "_%d", n);
    }
}

static void add_label(char *labels, const char *name, const char *value)
{
    char unique[LABEL_NAME_BYTES];
    label_name(labels, name, unique);
    size_t n = strlen(labels);
    n += (size_t)sprintf(labels + n, "%s%s=\"", n ? "," : "{", unique);
    for (; *value; value++) {
        if (strchr("\\\"\n", *value))
            labels[n++] = '\\';
        labels[n++] = *value == '\n' ? 'n' : *value;
    }
    strcpy(labels + n, "\"");
}

static void write_family(struct writer *w, const char *family)
{
    w->form = form_of(family);
    strcpy(w->name, "pushsim_");
    write_name(w->name, sizeof w->name - 16, family);
    if (*w->form->unit) {
        strcat(w->name, "_");
        strcat(w->name, w->form->unit);
    }
    fprintf(w->out, "# TYPE %s %s\n", w->name,
            w->form->kind == KIND_COUNTER ? "counter" : "gauge");
    if (*w->form->unit)
        fprintf(w->out, "# UNIT %s %s\n", w->name, w->form->unit);
}

static void write_sample(const struct writer *w, int64_t at_ns, double value)
{
    char number[UNIT_TEXT_BYTES] = "NaN";
    if (isfinite(value))
        unit_format(number, UNIT_NUMBER, value);
    fprintf(w->out, "%s%s%s %s %lld", w->name, w->form->kind == KIND_COUNTER ? "_total" : "",
            w->labels, number, (long long)(w->begin_s + at_ns / SECOND_NS));
    if (at_ns % SECOND_NS)
        fprintf(w->out, ".%09lld", (long long)(at_ns % SECOND_NS));
    putc('\n', w->out);
}

/* Where nothing happened a series has no point; a counter, or a state, is scraped all the same. */
static void fill_until(struct writer *w, int64_t at_ns)
{
    if (w->form->kind == KIND_GAUGE)
        return;
    for (; w->next_ns < at_ns; w->next_ns += SECOND_NS)
        write_sample(w, w->next_ns, w->total);
}

static void end_stream(struct writer *w)
{
    if (w->labels)
        fill_until(w, w->end_ns + 1);
    free(w->labels);
    w->labels = NULL;
}

static void add_point(struct writer *w, int64_t at_ns, double value)
{
    if (w->form->kind == KIND_STEP && w->next_ns == 0)
        w->next_ns = at_ns; /* before its first point it is not known */
    fill_until(w, at_ns);
    w->total = w->form->kind == KIND_COUNTER && isfinite(value) ? w->total + value : value;
    write_sample(w, at_ns, w->form->kind == KIND_COUNTER ? w->total : value);
    w->next_ns = at_ns - at_ns % SECOND_NS + SECOND_NS;
}

/* -- rows ---------------------------------------------------------------------------------------- */

enum column {
    COLUMN_FAMILY,
    COLUMN_POD,
    COLUMN_EXPERIMENT,
    COLUMN_ARM,
    COLUMN_POINT,
    COLUMN_REPLICATION,
    COLUMN_CELL,
    COLUMN_END_S,
    COLUMN_AT_NS,
    COLUMN_VALUE
};

/* Of one family all samples stand together, and of one stream in the order of time. */
static const char query[] =
    "WITH named AS (SELECT s.run, s.at_ns, s.value, s.name, CASE WHEN s.name GLOB 'pod.[0-9]*' "
    "THEN CAST(substr(s.name, 5) AS INTEGER) END AS pod FROM series s), "
    "split AS (SELECT run, at_ns, value, pod, CASE WHEN pod IS NULL THEN name ELSE 'pod' || "
    "substr(name, 5 + length(pod)) END AS family FROM named) "
    "SELECT family, pod, v.experiment, v.arm, v.point, v.replication, v.cell, "
    "(SELECT value FROM metric WHERE run = v.run AND name = 'duration'), at_ns, value "
    "FROM split JOIN run_view v USING (run) WHERE v.status = 'done' AND (?1 IS NULL OR v.arm = "
    "?1) ORDER BY family, v.experiment, v.arm, v.point, v.replication, pod, at_ns";

/* {experiment, arm, point, replication, swept values, pod}; the caller frees it. All of them,
 * however many are swept: without one, two streams would be one. */
static char *labels_of(sqlite3_stmt *s)
{
    static const struct {
        const char *name;
        enum column column;
    } fixed[] = { { "experiment", COLUMN_EXPERIMENT },
                  { "arm", COLUMN_ARM },
                  { "point", COLUMN_POINT },
                  { "replication", COLUMN_REPLICATION } };
    char key[64], value[UNIT_TEXT_BYTES];
    const char *cell = store_column_text(s, COLUMN_CELL);
    /* text may double (escaped), and each name may get a number */
    char *out = mem_alloc(LABELS_FIXED_BYTES + 4 * strlen(cell) +
                          2 * strlen(store_column_text(s, COLUMN_EXPERIMENT)));
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        add_label(out, fixed[i].name, store_column_text(s, fixed[i].column));
    while (cell_next(&cell, key, value))
        add_label(out, key, value);
    if (sqlite3_column_type(s, COLUMN_POD) != SQLITE_NULL)
        add_label(out, "pod", store_column_text(s, COLUMN_POD));
    strcat(out, "}");
    return out;
}

static void write_row(struct writer *w, sqlite3_stmt *s, char *family, size_t room)
{
    bool next = strcmp(family, store_column_text(s, COLUMN_FAMILY)) != 0;
    char *labels = labels_of(s);
    if (next || strcmp(labels, w->labels) != 0) {
        end_stream(w);
        w->labels = labels;
        w->next_ns = 0;
        w->total = 0;
        w->end_ns = (int64_t)(1e9 * sqlite3_column_double(s, COLUMN_END_S));
    } else {
        free(labels);
    }
    if (next) {
        snprintf(family, room, "%s", store_column_text(s, COLUMN_FAMILY));
        write_family(w, family);
    }
    add_point(w, sqlite3_column_int64(s, COLUMN_AT_NS), store_column_real(s, COLUMN_VALUE));
}

int store_export_open_metrics(struct store *store, enum arm arm, int64_t begin_s, FILE *out,
                              struct error *err)
{
    struct writer w = { .out = out, .begin_s = begin_s };
    char family[80] = "";
    sqlite3_stmt *s;
    int code = store_read_views(store, err);
    code = code ? code : store_prepare(store, query, &s, err);
    if (code)
        return code;
    store_bind_arm(s, 1, arm);
    while (store_row(store, s, &code, err))
        write_row(&w, s, family, sizeof family);
    end_stream(&w);
    if (code == 0) /* without it whoever reads knows that something is missing */
        fputs("# EOF\n", out);
    if (code == 0 && (fflush(out) || ferror(out)))
        return error_set(err, ERR_IO, "cannot write the export");
    return code;
}
