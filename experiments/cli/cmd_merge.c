/* cmd_merge.c - pushsim merge: the runs of other databases into one. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <argp.h>

#include "experiments/cli/commands.h"
#include "experiments/run/store.h"

struct arguments {
    const char *into;
    char **from;
    int count;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct arguments *a = state->input;
    (void)arg;
    if (key == ARGP_KEY_ARGS) {
        a->into = state->argv[state->next];
        a->from = state->argv + state->next + 1;
        a->count = state->argc - state->next - 1;
        return 0;
    }
    if (key == ARGP_KEY_END && a->count < 1)
        argp_error(state, "which database into which?");
    return key == ARGP_KEY_END ? 0 : ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
    NULL,
    parse,
    "INTO FROM...",
    "Copy the runs of the databases FROM into INTO, which is made when it is not there. A run "
    "that is there with other settings is replaced; the same merge twice changes nothing.",
    NULL,
    NULL,
    NULL,
};

/* Each FROM is a database and not INTO by another name. */
static int check_source(const struct arguments *a, const char *from, struct error *err)
{
    struct store *store;
    struct stat one, other;
    int code = store_open(&store, from, STORE_READ, err);
    if (code)
        return code;
    store_close(store);
    if (stat(from, &one) == 0 && stat(a->into, &other) == 0 && one.st_dev == other.st_dev &&
        one.st_ino == other.st_ino)
        return error_set(err, ERR_INVALID, "%s: cannot be merged into itself", from);
    return 0;
}

struct texts { /* of the experiments that two databases may share */
    struct store *into;
    const char *path, *from; /* their files */
    const char *name, *text; /* the one just read of `from`; borrowed */
    int code;
    struct error *err;
};

static void compare_text(void *context, const char *name, const char *text)
{
    const struct texts *t = context;
    if (strcmp(name, t->name) == 0 && strcmp(text, t->text) != 0)
        fprintf(
            stderr,
            "pushsim: warning: experiment '%s' has another text in %s (or another --set): %s "
            "keeps its own\n",
            name, t->from, t->path);
}

static void find_text(void *context, const char *name, const char *text)
{
    struct texts *t = context;
    t->name = name;
    t->text = text;
    t->code = t->code ? t->code : store_experiments(t->into, compare_text, t, t->err);
}

/* Runs of two files of one name get into one experiment, which has the text of one of them. */
static int warn_of_texts(struct store *into, const char *path, const char *from,
                         struct error *err)
{
    struct texts t = { .into = into, .path = path, .from = from, .err = err };
    struct store *store;
    int code = store_open(&store, from, STORE_READ, err);
    if (code)
        return code;
    code = store_experiments(store, find_text, &t, err);
    store_close(store);
    return code ? code : t.code;
}

static int merge_one(struct store *into, const char *path, const char *from, struct error *err)
{
    int64_t copied = 0, before = store_replaced(into);
    int code = store_merge(into, from, &copied, err);
    if (code)
        return code;
    printf("%s: %lld run%s copied", from, (long long)copied, copied == 1 ? "" : "s");
    if (store_replaced(into) > before)
        printf(", %lld in place of others (asked otherwise, of another program, or no results)",
               (long long)(store_replaced(into) - before));
    putchar('\n');
    return warn_of_texts(into, path, from, err);
}

/* A new database into which nothing could be copied is not left behind. */
static int merge_all(const struct arguments *a, struct error *err)
{
    struct store *into;
    int merged = 0, code = store_open(&into, a->into, STORE_CREATE, err);
    if (code)
        return code;
    while (merged < a->count && code == 0) {
        code = merge_one(into, a->into, a->from[merged], err);
        merged += code == 0;
    }
    if (merged == 0)
        store_discard(into);
    else
        store_close(into);
    return code;
}

int cmd_merge(int argc, char **argv)
{
    struct arguments a = { 0 };
    struct error err;
    argp_parse(&argp, argc, argv, 0, NULL, &a);
    for (int i = 0; i < a.count; i++) { /* nothing is made before everything is checked */
        int code = check_source(&a, a.from[i], &err);
        if (code)
            return command_fail(code, &err);
    }
    int code = merge_all(&a, &err);
    return code ? command_fail(code, &err) : EXIT_DONE;
}
