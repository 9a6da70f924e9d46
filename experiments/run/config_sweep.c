#include "experiments/run/config_sweep.h"

#include <gsl/gsl_qrng.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/run/sweep_range.h"

#define SOBOL_DIMENSIONS_MAX 40  /* gsl_qrng_sobol */
#define SEARCHED_BACK        100 /* values of a list, for one that is there twice */

struct sweep_reader {
    const struct yaml_document *doc;
    const struct settings *base;
    struct sweep *sweep;
    struct error *err;
};

static void axis_close(struct axis *axis)
{
    for (size_t i = 0; i < axis->keys; i++)
        free(axis->names[i]);
    for (size_t i = 0; i < axis->keys * axis->count; i++)
        free(axis->texts[i]);
    free(axis->names);
    free(axis->which);
    free(axis->texts);
}

void sweep_close(struct sweep *sweep)
{
    for (size_t i = 0; i < sweep->axis_count; i++)
        axis_close(&sweep->axes[i]);
    sweep_profiles_close(sweep);
    free(sweep->axes);
    free(sweep->conditions);
    memset(sweep, 0, sizeof *sweep);
}

static int fail_at(const struct sweep_reader *r, struct yaml_place at,
                   const struct error *cause)
{
    return yaml_error(r->doc, at, r->err, "%s", cause->text);
}

static bool is_swept(const struct sweep *sweep, const char *name)
{
    for (size_t i = 0; i < sweep->axis_count; i++)
        for (size_t k = 0; k < sweep->axes[i].keys; k++)
            if (strcmp(sweep->axes[i].names[k], name) == 0)
                return true;
    return false;
}

/* A new axis at the end, with room for `keys` names and no values yet. */
static struct axis *axis_add(struct sweep *sweep, size_t keys)
{
    sweep->axes = mem_realloc(sweep->axes, (sweep->axis_count + 1) * sizeof *sweep->axes);
    struct axis *axis = &sweep->axes[sweep->axis_count++];
    *axis = (struct axis){ .names = mem_alloc(keys * sizeof *axis->names),
                           .which = mem_alloc(keys * sizeof *axis->which) };
    return axis;
}

/* Names the next key of an axis; before its first value. */
static int axis_key(const struct sweep_reader *r, struct axis *axis,
                    const struct yaml_node *node)
{
    struct error cause;
    struct setting which = { 0 };
    bool profile = strcmp(node->key, "profile") == 0;
    if (profile && node->kind != YAML_LIST)
        return yaml_error(r->doc, node->at, r->err, "profile: a sweep needs a list of files");
    if (!profile && settings_find(r->base, node->key, &which, &cause))
        return fail_at(r, node->key_at, &cause);
    if (!profile && which.option->flags & OPTION_FIXED)
        return yaml_error(r->doc, node->key_at, r->err, "%s cannot be swept", node->key);
    const struct option_row *rival = profile ? NULL : settings_rival(which.option);
    if (rival && is_swept(r->sweep, rival->name))
        return yaml_error(r->doc, node->key_at, r->err, "%s says the same as %s: sweep one",
                          node->key, rival->name);
    if (is_swept(r->sweep, node->key))
        return yaml_error(r->doc, node->key_at, r->err, "%s is swept twice", node->key);
    axis->which[axis->keys] = which;
    axis->names[axis->keys++] = mem_strdup(node->key);
    return 0;
}

static void axis_grow(struct axis *axis, size_t count)
{
    size_t old = axis->count * axis->keys, all = count * axis->keys;
    axis->texts = mem_realloc(axis->texts, all * sizeof *axis->texts);
    for (size_t i = old; i < all; i++)
        axis->texts[i] = NULL;
    axis->count = count;
}

static void axis_put(struct axis *axis, size_t value, size_t key, const struct settings *s)
{
    char text[UNIT_TEXT_BYTES];
    const struct setting *which = &axis->which[key];
    option_format(which->option, (const char *)s + which->base, text);
    axis->texts[value * axis->keys + key] = mem_strdup(text);
}

/* One value as written: checked, and kept in its canonical spelling. */
static int put_text(const struct sweep_reader *r, struct axis *axis, size_t value, size_t key,
                    const struct yaml_node *node)
{
    struct settings scratch = *r->base;
    struct error cause;
    if (node->kind != YAML_SCALAR)
        return yaml_error(r->doc, node->at, r->err, "a value of %s must be a value, not %s",
                          axis->names[key], yaml_kind_name(node->kind));
    if (!axis->which[key].option) {
        if (sweep_profile_add(r->sweep, r->doc, node, r->err))
            return ERR_INVALID;
        axis->texts[value * axis->keys + key] = mem_strdup(r->sweep->profiles[value].name);
        return 0;
    }
    if (settings_parse(&scratch, &axis->which[key], node->text, &cause))
        return fail_at(r, node->at, &cause);
    axis_put(axis, value, key, &scratch);
    return 0;
}

static int put_number(const struct sweep_reader *r, struct axis *axis, size_t value, size_t key,
                      double number, struct yaml_place at)
{
    struct settings scratch = *r->base;
    struct error cause;
    if (axis->which[key].option->type != OPTION_DOUBLE)
        number = round(number);
    if (settings_assign(&scratch, &axis->which[key], number, &cause))
        return fail_at(r, at, &cause);
    axis_put(axis, value, key, &scratch);
    return 0;
}

/* A list for key number `key`; the first list of an axis decides how many values it has. */
static int read_list(const struct sweep_reader *r, struct axis *axis, size_t key,
                     const struct yaml_node *node)
{
    size_t count = yaml_count(node), value = 0;
    if (count == 0)
        return yaml_error(r->doc, node->at, r->err, "%s: no value to sweep over",
                          axis->names[key]);
    if (axis->count == 0)
        axis_grow(axis, count);
    if (count != axis->count)
        return yaml_error(r->doc, node->at, r->err,
                          "%s has %zu values, %s has %zu: a zip needs "
                          "as many of each",
                          axis->names[key], count, axis->names[0], axis->count);
    for (const struct yaml_node *n = node->child; n; n = n->next)
        if (put_text(r, axis, value++, key, n))
            return ERR_INVALID;
    return 0;
}

static int range_axis(const struct sweep_reader *r, struct axis *axis,
                      const struct yaml_node *node)
{
    struct sweep_range range;
    size_t count;
    if (sweep_range_read(r->doc, axis->which[0].option, node, &range, r->err) ||
        sweep_range_count(r->doc, node, &range, &count, r->err))
        return ERR_INVALID;
    axis_grow(axis, count);
    for (size_t i = 0; i < count; i++)
        if (put_number(r, axis, i, 0, sweep_range_value(&range, i, count), node->at))
            return ERR_INVALID;
    return 0;
}

static bool is_same_value(const struct axis *axis, size_t a, size_t b)
{
    for (size_t k = 0; k < axis->keys; k++)
        if (strcmp(axis->texts[a * axis->keys + k], axis->texts[b * axis->keys + k]) != 0)
            return false;
    return true;
}

/* Two points of one cell would pass for replications of it. Like values of a range, which may be
 * long, are neighbours. */
static int check_once(const struct sweep_reader *r, const struct axis *axis,
                      const struct yaml_node *node)
{
    const size_t back = node->kind == YAML_MAP ? 1 : SEARCHED_BACK;
    for (size_t i = 1; i < axis->count; i++)
        for (size_t k = i > back ? i - back : 0; k < i; k++)
            if (is_same_value(axis, i, k))
                return yaml_error(r->doc, node->at, r->err, "%s has the value %s twice",
                                  axis->names[0], axis->texts[i * axis->keys]);
    return 0;
}

static int read_axis(const struct sweep_reader *r, const struct yaml_node *node)
{
    struct axis *axis = axis_add(r->sweep, 1);
    if (axis_key(r, axis, node))
        return ERR_INVALID;
    if (node->kind == YAML_LIST)
        return read_list(r, axis, 0, node) ? ERR_INVALID : check_once(r, axis, node);
    if (node->kind == YAML_MAP)
        return range_axis(r, axis, node) ? ERR_INVALID : check_once(r, axis, node);
    return yaml_error(r->doc, node->at, r->err,
                      "%s: a sweep needs a list of values or a range { from, to, step }",
                      node->key);
}

static int read_zip(const struct sweep_reader *r, const struct yaml_node *node)
{
    if (node->kind != YAML_MAP || !node->child)
        return yaml_error(r->doc, node->at, r->err, "zip must be a map of lists");
    struct axis *axis = axis_add(r->sweep, yaml_count(node));
    for (const struct yaml_node *n = node->child; n; n = n->next)
        if (axis_key(r, axis, n))
            return ERR_INVALID;
    size_t key = 0;
    for (const struct yaml_node *n = node->child; n; n = n->next) {
        if (n->kind != YAML_LIST)
            return yaml_error(r->doc, n->at, r->err, "%s: a zip needs a list", n->key);
        if (read_list(r, axis, key++, n))
            return ERR_INVALID;
    }
    return check_once(r, axis, node->child);
}

/* A key that the sample draws: a range with neither step nor points. */
static bool is_sampled(const struct yaml_node *n)
{
    return n->kind == YAML_MAP && strcmp(n->key, "zip") != 0 && !yaml_get(n, "step") &&
           !yaml_get(n, "points");
}

static int fill_sample(const struct sweep_reader *r, struct axis *axis,
                       const struct yaml_node *section)
{
    double position[SOBOL_DIMENSIONS_MAX];
    gsl_qrng *sobol = gsl_qrng_alloc(gsl_qrng_sobol, (unsigned)axis->keys);
    int code = 0;
    for (size_t i = 0; i < axis->count && code == 0; i++) {
        size_t key = 0;
        gsl_qrng_get(sobol, position);
        for (const struct yaml_node *n = section->child; n && code == 0; n = n->next) {
            struct sweep_range range;
            if (!is_sampled(n))
                continue;
            code = sweep_range_read(r->doc, axis->which[key].option, n, &range, r->err);
            if (code)
                break;
            double number = sweep_range_at(&range, position[key]);
            code = put_number(r, axis, i, key++, number, n->at);
        }
    }
    gsl_qrng_free(sobol);
    return code;
}

static int read_sample(const struct sweep_reader *r, const struct yaml_node *section,
                       const struct yaml_node *node)
{
    double count = 0;
    struct error cause;
    size_t keys = 0;
    if (node->kind != YAML_SCALAR || unit_parse(node->text, UNIT_COUNT, &count, &cause) ||
        count < 1 || count > AXIS_VALUES_MAX)
        return yaml_error(r->doc, node->at, r->err, "sample must be a count between 1 and %d",
                          AXIS_VALUES_MAX);
    for (const struct yaml_node *n = section->child; n; n = n->next)
        keys += is_sampled(n);
    if (keys == 0 || keys > SOBOL_DIMENSIONS_MAX)
        return yaml_error(r->doc, node->at, r->err,
                          "sample needs 1 to %d keys given as { from, to }",
                          SOBOL_DIMENSIONS_MAX);
    struct axis *axis = axis_add(r->sweep, keys);
    for (const struct yaml_node *n = section->child; n; n = n->next)
        if (is_sampled(n) && axis_key(r, axis, n))
            return ERR_INVALID;
    axis_grow(axis, (size_t)count);
    return fill_sample(r, axis, section);
}

int sweep_read(struct sweep *sweep, const struct yaml_document *doc,
               const struct yaml_node *section, const struct settings *base, struct error *err)
{
    memset(sweep, 0, sizeof *sweep);
    return sweep_add(sweep, doc, section, base, err);
}

int sweep_add(struct sweep *sweep, const struct yaml_document *doc,
              const struct yaml_node *section, const struct settings *base, struct error *err)
{
    struct sweep_reader r = { doc, base, sweep, err };
    int code = 0;
    if (!section)
        return 0;
    if (section->kind != YAML_MAP)
        return yaml_error(doc, section->at, err, "sweep must be a map, not %s",
                          yaml_kind_name(section->kind));
    bool sample = yaml_get(section, "sample") != NULL;
    for (const struct yaml_node *n = section->child; n && code == 0; n = n->next) {
        if (strcmp(n->key, "zip") == 0)
            code = read_zip(&r, n);
        else if (strcmp(n->key, "sample") == 0)
            code = read_sample(&r, section, n);
        else if (strcmp(n->key, "constraint") == 0)
            code = constraint_read(sweep, doc, n, base, err);
        else if (!(sample && is_sampled(n)))
            code = read_axis(&r, n);
    }
    if (code)
        sweep_close(sweep);
    return code;
}

static void axis_drop_key(struct axis *axis, size_t key)
{
    free(axis->names[key]);
    for (size_t v = 0; v < axis->count; v++)
        free(axis->texts[v * axis->keys + key]);
    size_t out = 0;
    for (size_t i = 0; i < axis->count * axis->keys; i++)
        if (i % axis->keys != key)
            axis->texts[out++] = axis->texts[i];
    for (size_t k = key; k + 1 < axis->keys; k++) {
        axis->names[k] = axis->names[k + 1];
        axis->which[k] = axis->which[k + 1];
    }
    axis->keys--;
}

bool sweep_remove(struct sweep *sweep, const char *name)
{
    for (size_t i = 0; i < sweep->axis_count; i++)
        for (size_t k = 0; k < sweep->axes[i].keys; k++) {
            if (strcmp(sweep->axes[i].names[k], name) != 0)
                continue;
            if (!sweep->axes[i].which[k].option)
                sweep_profiles_close(sweep);
            axis_drop_key(&sweep->axes[i], k);
            if (sweep->axes[i].keys == 0) {
                axis_close(&sweep->axes[i]);
                memmove(&sweep->axes[i], &sweep->axes[i + 1],
                        (--sweep->axis_count - i) * sizeof *sweep->axes);
            }
            return true;
        }
    return false;
}
