#include "experiments/run/expectation.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/run/shard.h"
#include "experiments/run/store.h"

static bool is_operator(const char *word)
{
    static const char *const all[] = { "<", "<=", ">", ">=", "==", "!=" };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (strcmp(word, all[i]) == 0)
            return true;
    return false;
}

/* The rest after "if": every word must be key=value. */
static int read_condition(struct expectation *e, const char *rest, struct error *err)
{
    rest += strspn(rest, " ");
    if (*rest == '\0') {
        e->cell = mem_strdup("");
        return 0;
    }
    if (strncmp(rest, "if ", 3) != 0 || !strchr(rest, '='))
        return error_set(err, ERR_INVALID, "'%.40s' where 'if OPTION=VALUE' or the end is due",
                         rest);
    e->cell = mem_strdup(rest + 3);
    return 0;
}

static int read_one(struct expectation *e, const char *text, struct error *err)
{
    char number[32];
    int used = 0;
    if (sscanf(text, "%47s %2s %31s%n", e->metric, e->operator, number, &used) != 3)
        return error_set(err, ERR_INVALID, "an assertion reads: METRIC >= NUMBER");
    if (!is_operator(e->operator))
        return error_set(err, ERR_INVALID,
                         "'%s' is no comparison: < <= > >= == !=", e->operator);
    char *end;
    e->number = strtod(number, &end);
    if (*end != '\0' || !isfinite(e->number))
        return error_set(err, ERR_INVALID, "'%s' is no number", number);
    int code = read_condition(e, text + used, err);
    if (code == 0)
        e->text = mem_strdup(text);
    e->low = e->high = e->broken_value = NAN;
    return code;
}

int expectations_read(struct expectations *e, const struct yaml_document *doc,
                      const struct yaml_node *node, struct error *err)
{
    struct error cause;
    if (!node)
        return 0;
    if (node->kind != YAML_LIST)
        return yaml_error(doc, node->at, err, "assert must be a list");
    for (const struct yaml_node *n = node->child; n; n = n->next) {
        struct expectation one = { 0 };
        if (n->kind != YAML_SCALAR)
            return yaml_error(doc, n->at, err, "an assertion is a line of text");
        if (read_one(&one, n->text, &cause))
            return yaml_error(doc, n->at, err, "%s", cause.text);
        e->items = mem_realloc(e->items, (e->count + 1) * sizeof one);
        e->items[e->count++] = one;
    }
    return 0;
}

void expectations_close(struct expectations *e)
{
    for (size_t i = 0; i < e->count; i++) {
        free(e->items[i].cell);
        free(e->items[i].text);
        free(e->items[i].broken_cell);
    }
    free(e->items);
    memset(e, 0, sizeof *e);
}

/* Is `word` (of `length` bytes) one of the words of `cell`? */
static bool has_word(const char *cell, const char *word, size_t length)
{
    for (const char *at = strstr(cell, word); at; at = strstr(at + 1, word)) {
        bool begins = at == cell || at[-1] == ' ';
        if (begins && (at[length] == '\0' || at[length] == ' '))
            return true;
    }
    return false;
}

bool expectation_applies(const struct expectation *e, const char *cell)
{
    char *words = mem_strdup(e->cell), *rest = NULL;
    bool all = true;
    for (char *w = strtok_r(words, " ", &rest); w; w = strtok_r(NULL, " ", &rest))
        all &= has_word(cell, w, strlen(w));
    free(words);
    return all;
}

bool expectation_holds(const struct expectation *e, double value)
{
    bool more = value > e->number, equal = value == e->number, less = value < e->number;
    switch (e->operator[0]) {
    case '<':
        return less || (e->operator[1] && equal);
    case '>':
        return more || (e->operator[1] && equal);
    case '=':
        return equal;
    default:
        return more || less;
    }
}

static void see(struct expectation *e, const char *cell, double value)
{
    e->runs++;
    e->low = fmin(e->low, value); /* NAN gives way to a number */
    e->high = fmax(e->high, value);
    if (expectation_holds(e, value))
        return;
    if (e->broken++ == 0) {
        e->broken_cell = mem_strdup(cell);
        e->broken_value = value;
    }
}

void expectations_see(struct expectations *e, const char *cell, const char *metric,
                      double value)
{
    for (size_t i = 0; i < e->count; i++)
        if (strcmp(e->items[i].metric, metric) == 0 && expectation_applies(&e->items[i], cell))
            see(&e->items[i], cell, value);
}

struct judging {
    struct expectations *expectations;
    const struct shard *part;
};

static void see_stored(void *context, const struct store_value *v)
{
    struct judging *j = context;
    if (shard_has(j->part, v->point, v->replication))
        expectations_see(j->expectations, v->cell, v->metric, v->value);
}

bool expectation_fulfilled(const struct expectation *e)
{
    return e->runs > 0 && e->broken == 0;
}

bool expectation_open(const struct expectation *e, const struct shard *part)
{
    return e->runs == 0 && shard_is_part(part);
}

int expectations_judge(struct expectations *e, struct store *store, const char *experiment,
                       enum arm arm, const struct shard *part, size_t *broken,
                       struct error *err)
{
    struct judging judging = { e, part };
    size_t unfulfilled = 0;
    if (e->count > 0) {
        int code = store_values(store, experiment, arm, see_stored, &judging, err);
        if (code)
            return code;
    }
    for (size_t i = 0; i < e->count; i++)
        unfulfilled +=
            !expectation_fulfilled(&e->items[i]) && !expectation_open(&e->items[i], part);
    *broken = unfulfilled;
    return 0;
}
