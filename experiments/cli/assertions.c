#include "experiments/cli/assertions.h"

#include <stdio.h>

#include "experiments/cli/commands.h"
#include "experiments/run/expectation.h"

static bool has_cell(const struct plan *plan, const struct expectation *x)
{
    for (size_t i = 0; i < plan->count; i++)
        if (expectation_applies(x, plan->points[i].cell))
            return true;
    return false;
}

/* "0.5 in protocol=sse (2 of 6 runs)": how it is broken. */
static void print_broken(const struct expectation *x, const struct plan *plan, FILE *out)
{
    if (!has_cell(plan, x))
        fprintf(out, "no cell has %s", x->cell);
    else if (x->runs == 0)
        fprintf(out, "no run has the metric %s", x->metric);
    else
        fprintf(out, "it is %.6g%s%s (%zu of %zu runs)", x->broken_value,
                *x->broken_cell ? " in " : "", x->broken_cell, x->broken, x->runs);
}

static void print_assertions(const struct expectations *e, const struct plan *plan,
                             const struct shard *part)
{
    puts(shard_is_part(part) ? "\nasserted, of this shard" : "\nasserted");
    for (size_t i = 0; i < e->count; i++) {
        const struct expectation *x = &e->items[i];
        if (expectation_open(x, part)) {
            printf("  open    %s: no run of the shard has it\n", x->text);
            continue;
        }
        printf("%s  %s: ", expectation_fulfilled(x) ? "  holds " : "! broken", x->text);
        if (!expectation_fulfilled(x))
            print_broken(x, plan, stdout);
        else if (x->low == x->high)
            printf("%.6g (%zu run%s)", x->low, x->runs, x->runs == 1 ? "" : "s");
        else
            printf("%.6g to %.6g (%zu runs)", x->low, x->high, x->runs);
        putchar('\n');
    }
}

int assertions_report(struct session *session, struct store *store, enum arm arm, bool quiet,
                      struct error *err)
{
    struct experiment *e = &session->experiment;
    const struct shard *part = &session->shard;
    size_t broken;
    int code = expectations_judge(&e->expectations, store, e->name, arm, part, &broken, err);
    if (code)
        return command_fail(code, err);
    if (e->expectations.count > 0 && !quiet)
        print_assertions(&e->expectations, &session->plan, part);
    fflush(stdout);
    for (size_t i = 0; i < e->expectations.count; i++) {
        const struct expectation *x = &e->expectations.items[i];
        if (expectation_fulfilled(x) || expectation_open(x, part))
            continue;
        fprintf(stderr, "%s: assertion '%s' does not hold: ", session->path, x->text);
        print_broken(x, &session->plan, stderr);
        fputc('\n', stderr);
    }
    return broken ? EXIT_FAILED : -1;
}
