#include "experiments/cli/tries_print.h"

#include <stdlib.h>
#include <string.h>

struct reasons {
    char *text; /* owned; "" or lines */
};

static void add_reason(void *context, const char *reason, int64_t tries)
{
    struct reasons *r = context;
    char *longer = mem_printf("%s%6lld  %s\n", r->text, (long long)tries, reason);
    free(r->text);
    r->text = longer;
}

int tries_print(struct store *store, const char *experiment, FILE *out, struct error *err)
{
    struct reasons reasons = { mem_strdup("") };
    struct store_tries t;
    int code = store_tries(store, experiment, &t, add_reason, &reasons, err);
    if (code == 0 && t.told + t.rejected > 0) {
        fprintf(out, "%lld %s for %lld real run%s: %lld rejected%s\n%s",
                (long long)(t.told + t.rejected), t.told + t.rejected == 1 ? "try" : "tries",
                (long long)t.told, t.told == 1 ? "" : "s", (long long)t.rejected,
                t.rejected ? "" : ", none was made again", reasons.text);
    }
    if (code == 0 && t.told < t.runs)
        fprintf(out, "of %lld real run%s it is not known what tries were rejected before\n",
                (long long)(t.runs - t.told), t.runs - t.told == 1 ? "" : "s");
    free(reasons.text);
    return code;
}

static void print_share(const struct sample *share, double bound, const char *what, FILE *out)
{
    if (sample_median(share) > bound)
        fprintf(out, "%s%.0f %% of %s", what, 100 * sample_median(share),
                bound == CLIENT_SHARE_FIRST ? "the median latency"
                                            : "the time between two deliveries");
}

void tries_print_left_out(const struct cells *cells, FILE *out)
{
    for (size_t i = 0; i < cells->count; i++) {
        const struct cell *cell = &cells->cell[i];
        bool first = sample_median(&cell->client.first) > CLIENT_SHARE_FIRST;
        if (!cell->client.left_out)
            continue;
        fprintf(out, "%s%sreal latencies left out: ", cell->text, *cell->text ? ": " : "");
        print_share(&cell->client.first, CLIENT_SHARE_FIRST, "", out);
        print_share(&cell->client.step, CLIENT_SHARE_STEP, first ? " and " : "", out);
        fprintf(out, " is the load client's own time (median of %zu tries)\n",
                cell->client.first.count > cell->client.step.count ? cell->client.first.count
                                                                   : cell->client.step.count);
    }
}
