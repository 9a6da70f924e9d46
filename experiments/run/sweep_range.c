#include "experiments/run/sweep_range.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/run/config_sweep.h"

static int range_number(const struct yaml_document *doc, const struct option_row *option,
                        enum unit unit, const struct yaml_node *node, double *out,
                        struct error *err)
{
    struct error cause;
    if (node->kind != YAML_SCALAR)
        return yaml_error(doc, node->at, err, "%s must be a value, not %s", node->key,
                          yaml_kind_name(node->kind));
    if (option->type == OPTION_CHOICE || option->type == OPTION_BOOL)
        return yaml_error(doc, node->at, err, "%s has no range: give a list of values",
                          option->name);
    if (unit_parse(node->text, unit, out, &cause))
        return yaml_error(doc, node->at, err, "%s", cause.text);
    return 0;
}

static int read_range_key(const struct yaml_document *doc, const struct option_row *option,
                          const struct yaml_node *n, struct sweep_range *range,
                          struct error *err)
{
    if (strcmp(n->key, "from") == 0)
        return range_number(doc, option, option->unit, n, &range->from, err);
    if (strcmp(n->key, "to") == 0)
        return range_number(doc, option, option->unit, n, &range->to, err);
    if (strcmp(n->key, "step") == 0)
        return range_number(doc, option, option->unit, n, &range->step, err);
    if (strcmp(n->key, "points") == 0)
        return range_number(doc, option, UNIT_COUNT, n, &range->points, err);
    if (strcmp(n->key, "scale") == 0 && n->kind == YAML_SCALAR) {
        range->log = strcmp(n->text, "log") == 0;
        if (range->log || strcmp(n->text, "linear") == 0)
            return 0;
        return yaml_error(doc, n->at, err, "'%.60s' is no scale: must be log | linear",
                          n->text);
    }
    return yaml_error(doc, n->key_at, err,
                      "unknown key '%.80s': a range has from, to and step or points%s", n->key,
                      strchr(n->key, ':') ? " (with a space behind each colon)" : "");
}

int sweep_range_read(const struct yaml_document *doc, const struct option_row *option,
                     const struct yaml_node *node, struct sweep_range *range, struct error *err)
{
    *range = (struct sweep_range){ .from = NAN, .to = NAN };
    for (const struct yaml_node *n = node->child; n; n = n->next)
        if (read_range_key(doc, option, n, range, err))
            return ERR_INVALID;
    if (isnan(range->from) || isnan(range->to))
        return yaml_error(doc, node->at, err, "a range needs from and to");
    if (range->to < range->from)
        return yaml_error(doc, node->at, err, "the range ends before it starts");
    if (range->log && range->from <= 0)
        return yaml_error(doc, node->at, err, "a log range starts above 0");
    return 0;
}

int sweep_range_count(const struct yaml_document *doc, const struct yaml_node *node,
                      const struct sweep_range *range, size_t *count, struct error *err)
{
    if ((range->step > 0) == (range->points > 0))
        return yaml_error(doc, node->at, err,
                          "a range needs either step (linear) or points (log), above 0");
    if (range->points > 0 && (range->from <= 0 || range->points < 2))
        return yaml_error(doc, node->at, err,
                          "a log range starts above 0 and has 2 points or more");
    const struct yaml_node *scale = yaml_get(node, "scale");
    if (scale && range->log != (range->points > 0))
        return yaml_error(doc, scale->at, err,
                          "steps are linear, points are in equal ratios: leave the scale out");
    double steps = range->step > 0 ? floor((range->to - range->from) / range->step + 1e-9) + 1
                                   : range->points;
    if (steps > AXIS_VALUES_MAX)
        return yaml_error(doc, node->at, err, "more than %d values", AXIS_VALUES_MAX);
    *count = (size_t)steps;
    return 0;
}

static double three_digits(double number)
{
    char text[32];
    snprintf(text, sizeof text, "%.3g", number);
    return strtod(text, NULL);
}

/* Value i of `count` from a log range; ends exact. */
static double log_value(const struct sweep_range *range, size_t i, size_t count)
{
    if (i == 0)
        return range->from;
    if (i == count - 1)
        return range->to;
    return three_digits(range->from *
                        pow(range->to / range->from, (double)i / (double)(count - 1)));
}

double sweep_range_value(const struct sweep_range *range, size_t i, size_t count)
{
    return range->step > 0 ? range->from + (double)i * range->step : log_value(range, i, count);
}

double sweep_range_at(const struct sweep_range *range, double share)
{
    return three_digits(range->log ? range->from * pow(range->to / range->from, share)
                                   : range->from + share * (range->to - range->from));
}
