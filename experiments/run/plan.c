#include "experiments/run/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/run/fnv_hash.h"
#include "experiments/run/idle_options.h"
#include "experiments/run/named_file.h"

#define POINTS_MAX      1000000
#define REAL_OVERHEAD_S 3.0

/* Appends " key=value" to a growing text. */
static char *cell_append(char *cell, const char *key, const char *value)
{
    char *longer = mem_printf("%s%s%s=%s", cell, *cell ? " " : "", key, value);
    free(cell);
    return longer;
}

/* The value of axis `a` at point `index` of the whole product. */
static size_t value_at(const struct sweep *sweep, size_t a, size_t index)
{
    for (size_t later = a + 1; later < sweep->axis_count; later++)
        index /= sweep->axes[later].count;
    return index % sweep->axes[a].count;
}

/* Where profiles are swept, the point's own; NULL: they are not. */
static const struct swept_profile *profile_at(const struct experiment *e, size_t index)
{
    const struct sweep *sweep = &e->sweep;
    for (size_t a = 0; a < sweep->axis_count; a++)
        for (size_t k = 0; k < sweep->axes[a].keys; k++)
            if (!sweep->axes[a].which[k].option)
                return &sweep->profiles[value_at(sweep, a, index)];
    return NULL;
}

/* The values of point `index` of the whole product, applied to the base. */
static int point_fill(struct plan_point *point, const struct experiment *e, size_t index,
                      const char **about, struct error *err)
{
    const struct sweep *sweep = &e->sweep;
    const struct swept_profile *profile = profile_at(e, index);
    int code = 0;
    point->settings = profile ? profile->base : e->base;
    point->cell = mem_strdup("");
    point->fitted = profile ? &profile->fitted : e->profile ? &e->fitted : NULL;
    point->profile = profile      ? mem_strdup(profile->name)
                     : e->profile ? named_file_stem(e->profile)
                                  : NULL;
    for (size_t a = 0; a < sweep->axis_count && code == 0; a++) {
        const struct axis *axis = &sweep->axes[a];
        size_t value = value_at(sweep, a, index);
        for (size_t k = 0; k < axis->keys && code == 0; k++) {
            const char *text = axis->texts[value * axis->keys + k];
            *about = axis->names[k];
            if (axis->which[k].option)
                code = settings_parse(&point->settings, &axis->which[k], text, err);
            point->cell = cell_append(point->cell, axis->names[k], text);
        }
    }
    return code ? code : settings_resolve(&point->settings, about, err);
}

/* A trace's content enters the hash: the same name with other events is another scenario. */
static uint64_t hash_file(uint64_t hash, const char *path)
{
    FILE *file = path ? fopen(path, "rb") : NULL;
    int c;
    if (!file)
        return hash;
    while ((c = getc(file)) != EOF)
        hash = fnv_byte(hash, (unsigned char)c);
    fclose(file);
    return hash;
}

/* --set, or an option that stands for it, has given the value that counts. */
static bool is_set(const struct experiment *e, const char *option)
{
    size_t length = strlen(option);
    for (const char *at = strstr(e->set, option); at; at = strstr(at + 1, option))
        if ((at == e->set || at[-1] == ' ') && at[length] == '=')
            return true;
    return false;
}

/* Where the file gives an option: in the sweep, else as a value; line 0: nowhere (--set, profile). */
static struct yaml_place place_of(const struct experiment *e, const char *option)
{
    if (is_set(e, option))
        return (struct yaml_place){ 0 };
    const struct yaml_node *sweep = yaml_get(e->doc.root, "sweep");
    const struct yaml_node *node = yaml_find(sweep, option);
    node = node ? node : yaml_find(yaml_get(sweep, "zip"), option);
    node = node ? node : yaml_find(e->doc.root, option);
    return node ? node->at : (struct yaml_place){ 0 };
}

static int point_error(const struct experiment *e, const struct plan_point *point, size_t index,
                       const char *about, struct error *err)
{
    struct error cause = *err;
    struct yaml_place at = place_of(e, about);
    for (size_t a = 0; a < e->sweep.axis_count && at.line == 0; a++)
        at = place_of(e, e->sweep.axes[a].names[0]);
    return yaml_error(&e->doc, at, err, "point %zu%s%.200s%s: %.400s", index + 1,
                      *point->cell ? " (" : "", point->cell, *point->cell ? ")" : "",
                      cause.text);
}

static bool may_draw(const struct experiment *e)
{
    bool swept = false;
    for (size_t a = 0; a < e->sweep.axis_count; a++)
        for (size_t k = 0; k < e->sweep.axes[a].keys; k++)
            swept |= strcmp(e->sweep.axes[a].names[k], "parameters") == 0;
    return swept || e->base.drawn == PARAMETERS_DRAWN;
}

/* Reads what the profiles say of their errors, if a point wants to draw: most do not, and it is
 * the long part of a file. One for the experiment's profile, or one for each that is swept. */
static int read_draws(struct plan *plan, const struct experiment *e, struct error *err)
{
    size_t swept = e->sweep.profile_count, count = swept ? swept : e->profile ? 1 : 0;
    int code = 0;
    if (count == 0 || !may_draw(e))
        return 0;
    plan->draws = mem_alloc(count * sizeof *plan->draws);
    for (; plan->draw_count < count && code == 0; plan->draw_count += code == 0)
        code = parameter_draws_read(
            &plan->draws[plan->draw_count],
            swept ? e->sweep.profiles[plan->draw_count].path : e->profile, err);
    return code;
}

static const struct parameter_draws *draws_of(const struct plan *plan,
                                              const struct experiment *e,
                                              const struct plan_point *point, size_t index)
{
    const struct swept_profile *swept = profile_at(e, index);
    if (plan->draw_count == 0 || point->settings.drawn == PARAMETERS_FIXED)
        return NULL;
    return &plan->draws[swept ? swept - e->sweep.profiles : 0];
}

/* "clients.count 4000 (15..1900)", "", or NULL where the profile tells no ranges and no
 * other loop. */
static char *outside_of(const struct plan_point *point, const struct experiment *e)
{
    struct fitted_outside outside = { 0 };
    if (!point->fitted)
        return NULL;
    bool found = fitted_ranges_outside(point->fitted, &point->settings, &outside);
    if (!found && !fitted_ranges_told(point->fitted))
        return NULL;
    if (e->trace)
        fitted_outside_forget_load(&outside);
    return fitted_outside_text(point->fitted, &outside);
}

static int add_point(struct plan *plan, const struct experiment *e, size_t index,
                     const struct settings *defaults, uint64_t trace, struct error *err)
{
    struct plan_point point;
    const char *about = "";
    int code = point_fill(&point, e, index, &about, err);
    if (code == 0 && !e->trace)
        code = settings_check_connects(&point.settings, &about, err);
    if (code)
        code = point_error(e, &point, index, about, err);
    if (code || !sweep_allows(&e->sweep, &point.settings)) {
        free(point.cell);
        free(point.profile);
        return code;
    }
    point.number = (int64_t)plan->count + 1;
    settings_hash(&point.settings, defaults, &point.model_hash, &point.scenario_hash);
    point.outside = outside_of(&point, e);
    point.paces = NULL;
    point.pace_count = 0;
    point.draws = draws_of(plan, e, &point, index);
    if (point.draws)
        point.model_hash ^= parameter_draws_hash(point.draws);
    point.model_hash ^= trace;
    point.scenario_hash ^= trace;
    plan->points[plan->count++] = point;
    return 0;
}

/* Actions that begin in no point. A file that names a trigger was overruled by --set: as wished. */
static int check_actions(const struct plan *plan, const struct experiment *e, struct error *err)
{
    const struct yaml_node *trigger = yaml_find(e->doc.root, "slo.control.trigger");
    const char *idle = NULL;
    if (place_of(e, "slo.control.trigger").line > 0 &&
        !(trigger && trigger->text && strcmp(trigger->text, "never") == 0))
        return 0;
    for (size_t i = 0; i < plan->count; i++) {
        idle = settings_idle_action(&plan->points[i].settings);
        if (!idle)
            return 0;
    }
    return yaml_error(&e->doc, place_of(e, idle), err,
                      "%s never begins: slo.control.trigger is never (breach, amplification)",
                      idle);
}

/* Overruled by --set it is as wished, but not what --set gives itself. */
static bool is_overruled(const struct idle_rule *r, const char *option,
                         const struct experiment *e)
{
    bool set = is_set(e, "server.preset");
    for (int i = 0; i < IDLE_NEEDS && r->needs[i]; i++)
        set |= is_set(e, r->needs[i]);
    return set && !is_set(e, option);
}

/* The option of a rule that the plan gives and no point makes use of; NULL: none. */
static const char *idle_option(const struct plan *plan, const struct idle_rule *r)
{
    const struct option_row *given = NULL;
    for (size_t i = 0; i < plan->count && !given; i++)
        given = idle_rule_given(r, &plan->points[i].settings);
    if (!given) /* of nearly all rules, and soon told */
        return NULL;
    for (size_t i = 0; i < plan->count; i++)
        if (!idle_rule_applies(r, &plan->points[i].settings))
            return NULL;
    return given->name;
}

/* Options that change nothing in any point. */
static int check_idle(const struct plan *plan, const struct experiment *e, struct error *err)
{
    size_t count;
    const struct idle_rule *rules = idle_rules(&count);
    char reason[160];
    for (size_t i = 0; i < count; i++) {
        const char *option = rules[i].phases && e->trace ? NULL : idle_option(plan, &rules[i]);
        if (option && !is_overruled(&rules[i], option, e))
            return yaml_error(
                &e->doc, place_of(e, option), err, "%s changes nothing while %s", option,
                idle_rule_reason(&rules[i], &plan->points[0].settings, reason, sizeof reason));
    }
    return 0;
}

/* An event that no point lasts to. Shorter phases of --set are as wished. */
static int check_events(const struct plan *plan, const struct experiment *e, struct error *err)
{
    char reason[160];
    const char *option;
    for (size_t n = 0; (option = idle_event(n)) != NULL && !e->trace; n++) {
        size_t late = 0;
        while (late < plan->count && idle_event_applies(option, &plan->points[late].settings))
            late++;
        if (late == plan->count && (is_set(e, option) || !strstr(e->set, "workload.")))
            return yaml_error(
                &e->doc, place_of(e, option), err, "%s",
                idle_event_reason(option, &plan->points[0].settings, reason, sizeof reason));
    }
    return 0;
}

int plan_build(struct plan *plan, const struct experiment *e, struct error *err)
{
    size_t points = 1;
    uint64_t trace = e->trace ? hash_file(FNV_START, e->trace) : 0;
    struct settings defaults;
    for (size_t a = 0; a < e->sweep.axis_count; a++) {
        points *= e->sweep.axes[a].count;
        if (points > POINTS_MAX)
            return error_set(err, ERR_INVALID, "%.200s: the sweep has more than %d points",
                             e->doc.path, POINTS_MAX);
    }
    *plan = (struct plan){ .points = mem_alloc(points * sizeof *plan->points),
                           .replications = e->base.replications,
                           .repeats = e->base.repeats,
                           .seed = e->base.seed };
    int code = read_draws(plan, e, err);
    settings_init(&defaults);
    for (size_t i = 0; i < points && code == 0; i++)
        code = add_point(plan, e, i, &defaults, trace, err);
    if (code == 0 && plan->count == 0) /* only constraints leave points out */
        code = yaml_error(&e->doc, yaml_find(e->doc.root, "sweep.constraint")->at, err,
                          "the constraints leave no point");
    if (code == 0)
        code = check_actions(plan, e, err);
    if (code == 0)
        code = check_idle(plan, e, err);
    if (code == 0)
        code = check_events(plan, e, err);
    if (code)
        plan_close(plan);
    return code;
}

void plan_close(struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        free(plan->points[i].cell);
        free(plan->points[i].paces);
        free(plan->points[i].profile);
        free(plan->points[i].outside);
    }
    free(plan->points);
    free(plan->draws);
    memset(plan, 0, sizeof *plan);
}

struct run_pace plan_pace(const struct plan_point *point, int64_t replication)
{
    if (point->pace_count == 0)
        return point->settings.parameters.cost.pace;
    return point->paces[(size_t)(replication - 1) % point->pace_count];
}

void plan_settings(const struct plan *plan, const struct plan_point *point, int64_t replication,
                   struct settings *out)
{
    *out = point->settings;
    out->parameters.cost.pace = plan_pace(point, replication);
    if (point->draws)
        parameter_draws_apply(point->draws, (uint64_t)plan->seed, (uint32_t)replication, out);
}

bool cell_next(const char **rest, char key[64], char value[UNIT_TEXT_BYTES])
{
    int used = 0;
    if (sscanf(*rest, " %63[^= ]=%31[^ ]%n", key, value, &used) != 2)
        return false;
    *rest += used;
    return true;
}

double plan_real_seconds(const struct plan_point *point)
{
    const struct workload_params *w = &point->settings.parameters.workload;
    double seconds = REAL_OVERHEAD_S;
    for (int i = 0; i < w->phases; i++)
        seconds += (double)w->phase[i].duration_ns / 1e9;
    return seconds;
}
