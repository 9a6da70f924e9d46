/* explain_json.c - an explanation for machines; see explain.h. */
#include "analysis/explain.h"
#include "analysis/json_number.h"

static void set(json_t *object, const char *name, double value)
{
    json_object_set_new(object, name, json_number(value));
}

static json_t *signals_of(const struct phases *f)
{
    json_t *all = json_object();
    for (int i = 0; i < SIGNALS; i++) {
        const struct phases_signal *s = &f->signal[i];
        json_t *one = json_object();
        set(one, "first_s", s->first_s);
        set(one, "bound", s->bound);
        set(one, "calm", s->calm);
        set(one, "peak", s->peak);
        set(one, "peak_s", s->peak_s);
        set(one, "time_s", s->time_s);
        json_object_set_new(all, failure_signal_name(i), one);
    }
    return all;
}

static json_t *phases_of(const struct phases *f)
{
    json_t *all = json_array();
    for (size_t i = 0, end; i < f->count; i = end) {
        for (end = i; end < f->count && f->phase[end] == f->phase[i]; end++)
            ;
        json_t *one = json_object();
        set(one, "from_s", (double)i * f->step_s);
        set(one, "to_s", (double)end * f->step_s);
        json_object_set_new(one, "phase", json_integer(f->phase[i]));
        json_array_append_new(all, one);
    }
    return all;
}

static json_t *blame_of(const struct explanation *e)
{
    json_t *all = json_object();
    for (int i = 0; i < BLAME_PARTS; i++)
        set(all, blame_part_name(i), e->blame[i]);
    return all;
}

static void set_course(json_t *o, const struct explanation *e)
{
    const struct phases *f = &e->phases;
    json_t *times = json_array(), *pressure = json_array();
    for (int k = 0; k < FAILURE_PHASES; k++)
        json_array_append_new(times, json_number(f->time_s[k]));
    json_array_append_new(pressure, json_number(e->outline.pressure_begin));
    json_array_append_new(pressure, json_number(e->outline.pressure_end));
    json_object_set_new(o, "phase_max", json_integer(f->worst));
    json_object_set_new(o, "phase_time_s", times);
    set(o, "phase1_stable_share", f->stable_share);
    set(o, "phase2_churn_share", f->churn_share);
    json_object_set_new(o, "pressure_s", pressure);
    set(o, "recovery_s", f->recovery_s);
    set(o, "metastable", f->metastable);
    set(o, "broken_s", f->broken_s);
    set(o, "false_green_s", f->green_s);
}

void explain_write_json(const struct explanation *e, FILE *out)
{
    const struct phases *f = &e->phases;
    json_t *o = json_object();
    json_object_set_new(o, "experiment", json_string(e->run->experiment));
    json_object_set_new(o, "arm", json_string(arm_words[e->run->arm]));
    json_object_set_new(o, "point", json_integer(e->run->point));
    json_object_set_new(o, "replication", json_integer(e->run->replication));
    json_object_set_new(o, "cell", json_string(e->run->cell));
    json_object_set_new(o, "broke_first",
                        f->first < SIGNALS ? json_string(failure_signal_name(f->first))
                                           : json_null());
    json_object_set_new(o, "signals", signals_of(f));
    json_object_set_new(o, "phases", phases_of(f));
    set_course(o, e);
    json_object_set_new(o, "blame", blame_of(e));
    json_dumpf(o, out, JSON_INDENT(1) | JSON_REAL_PRECISION(12));
    json_decref(o);
}
