/* cmd_merge.c - pushsim merge: the runs of other databases into one. */
#include <stdio.h>
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

/* A new database into which nothing could be copied is not left behind. */
static int merge_all(const struct arguments *a, struct error *err)
{
    struct store *into;
    int merged = 0, code = store_open(&into, a->into, STORE_CREATE, err);
    if (code)
        return code;
    for (; merged < a->count; merged++) {
        int64_t copied = 0;
        code = store_merge(into, a->from[merged], &copied, err);
        if (code)
            break;
        printf("%s: %lld run%s copied\n", a->from[merged], (long long)copied,
               copied == 1 ? "" : "s");
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
