#include "analysis/pace_scale.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_sort_double.h>
#include <gsl/gsl_statistics_double.h>

#include "experiments/run/yaml_document.h"

struct reading {
    double profile_ns;
    double *off_ns; /* owned */
    size_t runs, off;
};

static int read_profile(const char *profile, double *best_ns, struct error *err)
{
    struct yaml_document doc;
    int code = yaml_read(&doc, profile, err);
    if (code)
        return code;
    const struct yaml_node *node = yaml_get(yaml_get(doc.root, "fit"), "best-pace");
    struct error cause;
    double ns = 0;
    if (node && (node->kind != YAML_SCALAR || unit_parse(node->text, UNIT_TIME, &ns, &cause) ||
                 !(ns > 0)))
        code = yaml_error(&doc, node->at, err, "best-pace must be a time above 0, as 0.906ns");
    if (code == 0)
        *best_ns = ns;
    yaml_close(&doc);
    return code;
}

static void take(void *context, const struct store_value *v)
{
    struct reading *r = context;
    if (strcmp(v->metric, "host.pace.best") != 0 || !(v->value > 0))
        return;
    double ns = 1e9 * v->value;
    r->runs++;
    if (r->profile_ns == 0 || fabs(ns / r->profile_ns - 1) <= PACE_SCALE_OFF)
        return;
    r->off_ns = mem_realloc(r->off_ns, (r->off + 1) * sizeof *r->off_ns);
    r->off_ns[r->off++] = ns;
}

int pace_scale_read(struct pace_scale *scale, struct store *store, const char *name,
                    const char *profile, struct error *err)
{
    struct reading r = { 0 };
    int code = read_profile(profile, &r.profile_ns, err);
    code = code ? code : store_values(store, name, ARM_REAL, take, &r, err);
    if (code == 0) {
        *scale = (struct pace_scale){ r.profile_ns, r.runs, r.off, 0 };
        gsl_sort(r.off_ns, 1, r.off);
        if (r.off > 0)
            scale->off_ns = gsl_stats_median_from_sorted_data(r.off_ns, 1, r.off);
    }
    free(r.off_ns);
    return code;
}

bool pace_scale_differs(const struct pace_scale *scale)
{
    return (double)scale->off > PACE_SCALE_ANY * (double)scale->runs;
}
