/* cmd_options.c - pushsim options: the option table for people, programs and the documentation. */
#include <stdio.h>
#include <string.h>

#include <argp.h>
#include <jansson.h>

#include "experiments/cli/commands.h"
#include "experiments/cli/option_argument.h"
#include "experiments/cli/preset_list.h"
#include "experiments/cli/text_table.h"
#include "experiments/run/options.h"

#define RANGE_COLUMNS 44 /* of the table */

enum format { FORMAT_TABLE, FORMAT_JSON, FORMAT_MARKDOWN };

struct arguments {
    enum format format;
    const char *word; /* only options that contain it; NULL: all */
};

static const struct argp_option options[] = {
    { "format", 'F', "FORMAT", 0, "table (default), json or markdown", 0 },
    { 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    static const char *const names[] = { "table", "json", "markdown", NULL };
    struct arguments *a = state->input;
    switch (key) {
    case 'F':
        a->format = (enum format)option_argument_word("format", arg, names, state);
        return 0;
    case ARGP_KEY_ARG:
        if (a->word)
            argp_error(state, "one word at a time: '%s' is one too many", arg);
        a->word = arg;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    options,
    parse,
    "[WORD]",
    "List every option of an experiment file with default, range, meaning and source, and what "
    "each preset sets and after which source; with WORD only those whose name or meaning has "
    "it; an option's full name shows all its choices. The file's other keys: "
    "experiments/README.md.",
    NULL,
    NULL,
    NULL,
};

static const char *kind_of(const struct option_row *o)
{
    return o->type == OPTION_CHOICE ? "choice"
           : o->type == OPTION_BOOL ? "yes/no"
                                    : unit_name(o->unit);
}

struct listing {
    enum format format;
    const char *word;
    struct text_table table;
    json_t *array;
    size_t count; /* listed so far */
};

/* A long choice would push the meaning off the screen: the first few stand for all, but
 * where the option is asked for by its name. */
static void shorten(char *range)
{
    if (strlen(range) <= RANGE_COLUMNS)
        return;
    char *bar = range + RANGE_COLUMNS - 3;
    while (bar > range && *bar != '|')
        bar--;
    strcpy(bar, "| ...");
}

static void list_option(struct listing *l, const char *prefix, const struct option_row *o)
{
    char range[512], name[96];
    snprintf(name, sizeof name, "%s%s", prefix, o->name);
    option_range(o, range, sizeof range);
    if (l->word && !strcasestr(name, l->word) && !strcasestr(o->help, l->word))
        return;
    l->count++;
    if (l->format == FORMAT_TABLE) {
        if (!l->word || strcmp(l->word, name) != 0)
            shorten(range);
        text_table_cell(&l->table, "%s", name);
        text_table_cell(&l->table, "%s", o->fallback);
        text_table_cell(&l->table, "%s", range);
        text_table_cell(&l->table, "%s%s%s%s", o->help, *o->source ? " (" : "", o->source,
                        *o->source ? ")" : "");
    } else if (l->format == FORMAT_MARKDOWN) {
        if (l->count == 1)
            puts("| option | unit | default | range | meaning | source "
                 "|\n|---|---|---|---|---|---|");
        printf("| `%s` | %s | %s | ", name, kind_of(o), o->fallback);
        for (const char *c = range; *c; c++)
            printf(*c == '|' ? "\\%c" : "%c", *c);
        printf(" | %s | %s |\n", o->help, o->source);
    } else {
        json_array_append_new(
            l->array,
            json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:o}", "name", name, "type",
                      kind_of(o), "default", o->fallback, "range", range, "help", o->help,
                      "source", o->source, "profile", (o->flags & OPTION_MODEL) != 0, "swept",
                      (o->flags & OPTION_FIXED) == 0, "presets", preset_list_of(name)));
    }
}

static void start(struct listing *l)
{
    static const char *const heads[] = { "option", "default", "range", "meaning" };
    text_table_init(&l->table);
    if (l->format == FORMAT_TABLE)
        for (size_t i = 0; i < 4; i++)
            text_table_column(&l->table, heads[i], false);
    l->array = json_array();
}

static void finish(struct listing *l)
{
    if (l->count == 0)
        text_table_close(&l->table);
    else if (l->format == FORMAT_TABLE)
        text_table_print(&l->table, stdout);
    if (l->format == FORMAT_JSON) {
        json_dumpf(l->array, stdout, JSON_INDENT(1));
        putchar('\n');
    }
    json_decref(l->array);
}

int cmd_options(int argc, char **argv)
{
    struct arguments a = { FORMAT_TABLE, NULL };
    size_t count;
    argp_parse(&argp, argc, argv, 0, NULL, &a);
    struct listing l = { .format = a.format, .word = a.word };
    const struct option_row *all = options_all(&count);
    start(&l);
    for (size_t i = 0; i < count; i++)
        list_option(&l, "", &all[i]);
    all = options_of_phase(&count);
    for (size_t i = 0; i < count; i++)
        list_option(&l, "workload.phases.NAME.", &all[i]);
    finish(&l);
    if (l.format != FORMAT_JSON)
        l.count += preset_list_print(l.word, l.format == FORMAT_MARKDOWN);
    if (l.count > 0)
        return EXIT_DONE;
    fprintf(stderr, "no option has '%s' in its name or meaning\n", a.word);
    return EXIT_INPUT;
}
