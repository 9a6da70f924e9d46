/* option_value.c - reading, checking and printing the value of one option; finding options. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "experiments/run/options.h"

const struct option_row *option_find(const struct option_row *table, size_t count,
                                     const char *name)
{
    for (size_t i = 0; i < count; i++) /* a look at the first letter spares most calls */
        if (*table[i].name == *name && strcmp(table[i].name, name) == 0)
            return &table[i];
    return NULL;
}

const struct option_row *option_first_of(const char *section)
{
    size_t count, length = strlen(section);
    const struct option_row *all = options_all(&count);
    for (size_t i = 0; i < count; i++)
        if (strncmp(all[i].name, section, length) == 0 && all[i].name[length] == '.')
            return &all[i];
    return NULL;
}

/* "1..1000"; of pods, whose percentages are below 0, "0..1000 or 0%..100%". */
static char *number_range(const struct option_row *o, const char *between, char *out,
                          size_t room)
{
    char low[UNIT_TEXT_BYTES], high[UNIT_TEXT_BYTES];
    bool pods = o->unit == UNIT_PODS;
    snprintf(out, room, "%s%s%s", unit_format(low, o->unit, pods ? 0 : o->min), between,
             unit_format(high, o->unit, o->max));
    size_t used = strlen(out);
    if (pods)
        snprintf(out + used, room - used, " or 0%%%s%s", between,
                 unit_format(low, o->unit, o->min));
    return out;
}

char *option_range(const struct option_row *o, char *out, size_t room)
{
    char numbers[4 * UNIT_TEXT_BYTES];
    out[0] = '\0';
    if (o->type == OPTION_BOOL)
        snprintf(out, room, "yes | no");
    else if (o->type == OPTION_CHOICE)
        for (const char *const *c = o->choices; *c; c++) {
            size_t used = strlen(out);
            snprintf(out + used, room - used, "%s%s", used ? " | " : "", *c);
        }
    else
        snprintf(out, room, "%s%s", o->flags & OPTION_NONE ? "none, " : "",
                 number_range(o, "..", numbers, sizeof numbers));
    return out;
}

double option_number(const struct option_row *o, const void *base)
{
    const char *field = (const char *)base + o->offset;
    switch (o->type) {
    case OPTION_INT64:
        return (double)*(const int64_t *)(const void *)field;
    case OPTION_DOUBLE:
        return *(const double *)(const void *)field;
    case OPTION_BOOL:
        return *(const bool *)(const void *)field;
    default:
        return *(const int *)(const void *)field; /* enums are ints in gcc's and clang's ABI */
    }
}

static void store(const struct option_row *o, double number, void *base)
{
    char *field = (char *)base + o->offset;
    switch (o->type) {
    case OPTION_INT64:
        *(int64_t *)(void *)field = (int64_t)llround(number);
        return;
    case OPTION_DOUBLE:
        *(double *)(void *)field = number;
        return;
    case OPTION_BOOL:
        *(bool *)(void *)field = number != 0;
        return;
    default:
        *(int *)(void *)field = (int)number;
    }
}

int option_assign(const struct option_row *o, double number, void *base, struct error *err)
{
    char text[UNIT_TEXT_BYTES], numbers[4 * UNIT_TEXT_BYTES];
    bool none = number == 0 && o->flags & OPTION_NONE;
    if (o->type != OPTION_CHOICE && !none && (number < o->min || number > o->max))
        return error_set(err, ERR_INVALID, "%s is out of range: %s must be between %s",
                         unit_format(text, o->unit, number), o->name,
                         number_range(o, " and ", numbers, sizeof numbers));
    store(o, number, base);
    return 0;
}

static int parse_choice(const struct option_row *o, const char *text, double *number,
                        struct error *err)
{
    static const char *const yes_no[] = { "no", "yes", "false", "true", NULL };
    const char *const *choices = o->type == OPTION_BOOL ? yes_no : o->choices;
    char range[512];
    struct nearest n;
    nearest_init(&n, text);
    for (int i = 0; choices[i]; i++) {
        if (strcmp(choices[i], text) == 0) {
            *number = o->type == OPTION_BOOL ? i % 2 : i;
            return 0;
        }
        nearest_offer(&n, choices[i]);
    }
    if (*n.best)
        return error_set(err, ERR_INVALID, "'%.60s' is no value of %s (did you mean '%s'?)",
                         text, o->name, n.best);
    return error_set(err, ERR_INVALID, "'%.60s' is no value of %s: must be %s", text, o->name,
                     option_range(o, range, sizeof range));
}

/* 300 CPUs were 300m, surely, and 500 minutes 500ms. */
static int assign(const struct option_row *o, const char *text, double number, void *base,
                  struct error *err)
{
    int code = option_assign(o, number, base, err);
    size_t length = strlen(text);
    unsigned char last = length > 0 ? (unsigned char)text[length - 1] : '\0';
    struct error cause = *err;
    double meant = number / (o->unit == UNIT_CPU ? 1e3 : 60e3);
    if (code == 0 || meant < o->min || meant > o->max)
        return code;
    if (o->unit == UNIT_CPU && isdigit(last))
        return error_set(err, code, "%.400s (without a unit it is CPUs: %.60sm?)", cause.text,
                         text);
    if (o->unit == UNIT_TIME && last == 'm')
        return error_set(err, code, "%.400s (m is minutes: %.60ss?)", cause.text, text);
    return code;
}

int option_parse(const struct option_row *o, const char *text, void *base, struct error *err)
{
    double number = 0;
    int code = 0;
    char range[512];
    if (o->flags & OPTION_NONE && strcmp(text, "none") == 0)
        return option_assign(o, 0, base, err);
    if (o->type == OPTION_CHOICE || o->type == OPTION_BOOL)
        code = parse_choice(o, text, &number, err);
    else
        code = unit_parse(text, o->unit, &number, err);
    /* stored, it would mean none: no limit where all was forbidden */
    if (code == 0 && number == 0 && o->flags & OPTION_NONE)
        code = error_set(err, ERR_INVALID, "'%.60s' is no value of %s: must be %s", text,
                         o->name, option_range(o, range, sizeof range));
    return code ? code : assign(o, text, number, base, err);
}

char *option_format(const struct option_row *o, const void *base, char *out)
{
    double number = option_number(o, base);
    if (o->type == OPTION_BOOL)
        return strcpy(out, number != 0 ? "yes" : "no");
    if (o->type == OPTION_CHOICE)
        return strcpy(out, o->choices[(int)number]);
    if (number == 0 && o->flags & OPTION_NONE)
        return strcpy(out, "none");
    return unit_format(out, o->unit, number);
}

#define WORD_MAX 64

/* Levenshtein distance of two words of at most WORD_MAX letters. */
static size_t edit_distance(const char *a, const char *b)
{
    size_t row[WORD_MAX + 1], la = strlen(a), lb = strlen(b);
    for (size_t j = 0; j <= lb; j++)
        row[j] = j;
    for (size_t i = 1; i <= la; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= lb; j++) {
            size_t change = diagonal + (a[i - 1] != b[j - 1]);
            size_t shift = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            diagonal = row[j];
            row[j] = change < shift ? change : shift;
        }
    }
    return row[lb];
}

void nearest_init(struct nearest *n, const char *word)
{
    /* near enough: one letter in three wrong */
    *n = (struct nearest){ .word = word, .distance = strlen(word) / 3 + 2 };
}

void nearest_offer(struct nearest *n, const char *candidate)
{
    if (strlen(n->word) > WORD_MAX || strlen(candidate) >= sizeof n->best)
        return;
    size_t distance = edit_distance(n->word, candidate);
    if (distance < n->distance && distance < strlen(candidate)) {
        snprintf(n->best, sizeof n->best, "%s", candidate);
        n->distance = distance;
    }
}
