/* constraint.c - conditions that leave points out of a sweep: "a <= b and c < 10". */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/run/config_sweep.h"

static const char *const operators[] = { "<", "<=", ">", ">=", "==", "!=", NULL };

static int condition_of(struct condition *c, char *const word[3], const struct settings *base,
                        struct error *err)
{
    int code = settings_find(base, word[0], &c->left, err);
    if (code)
        return code;
    bool known = false;
    for (const char *const *o = operators; *o; o++)
        known |= strcmp(*o, word[1]) == 0;
    if (!known)
        return error_set(err, ERR_INVALID,
                         "'%.20s' is no comparison: < <= > >= == !=", word[1]);
    memcpy(c->operator, word[1], strlen(word[1]) + 1);
    struct error not_a_setting;
    c->right_is_setting = settings_find(base, word[2], &c->right, &not_a_setting) == 0;
    if (c->right_is_setting)
        return 0;
    struct settings scratch = *base;
    code = settings_parse(&scratch, &c->left, word[2], err);
    c->number = settings_number(&scratch, &c->left);
    return code;
}

static int add_conditions(struct sweep *sweep, char *text, const struct settings *base,
                          struct error *err)
{
    char *rest = NULL;
    char *next = strtok_r(text, " ", &rest);
    do {
        char *word[3] = { next, strtok_r(NULL, " ", &rest), strtok_r(NULL, " ", &rest) };
        struct condition c = { 0 };
        if (!word[0] || !word[1] || !word[2])
            return error_set(err, ERR_INVALID,
                             "a constraint reads: OPTION < VALUE and OPTION >= OPTION ...");
        int code = condition_of(&c, word, base, err);
        if (code)
            return code;
        sweep->conditions =
            mem_realloc(sweep->conditions, (sweep->condition_count + 1) * sizeof c);
        sweep->conditions[sweep->condition_count++] = c;
        next = strtok_r(NULL, " ", &rest);
        if (next && strcmp(next, "and") != 0)
            return error_set(err, ERR_INVALID, "'%.40s' where 'and' or the end is expected",
                             next);
        next = next ? strtok_r(NULL, " ", &rest) : NULL;
    } while (next);
    return 0;
}

int constraint_read(struct sweep *sweep, const struct yaml_document *doc,
                    const struct yaml_node *node, const struct settings *base,
                    struct error *err)
{
    if (node->kind == YAML_MAP)
        return yaml_error(doc, node->at, err,
                          "constraint must be a condition or a list of them");
    int code = 0;
    const struct yaml_node *n = node->kind == YAML_LIST ? node->child : node;
    for (; n && code == 0; n = node->kind == YAML_LIST ? n->next : NULL) {
        struct error cause = { "a constraint reads: OPTION < VALUE and OPTION >= OPTION ..." };
        char *text = mem_strdup(n->kind == YAML_SCALAR ? n->text : "");
        code = add_conditions(sweep, text, base, &cause);
        free(text);
        if (code)
            code = yaml_error(doc, n->at, err, "%s", cause.text);
    }
    return code;
}

static bool holds(const struct condition *c, const struct settings *s)
{
    double left = settings_number(s, &c->left);
    double right = c->right_is_setting ? settings_number(s, &c->right) : c->number;
    bool equal = left == right;
    switch (c->operator[0]) {
    case '<':
        return left < right || (c->operator[1] && equal);
    case '>':
        return left > right || (c->operator[1] && equal);
    case '=':
        return equal;
    default:
        return !equal;
    }
}

bool sweep_allows(const struct sweep *sweep, const struct settings *s)
{
    for (size_t i = 0; i < sweep->condition_count; i++)
        if (!holds(&sweep->conditions[i], s))
            return false;
    return true;
}
