#include "analysis/held_out.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/scenario_key.h"
#include "experiments/run/yaml_document.h"

static bool listed(const struct yaml_node *cells, const char *key)
{
    for (const struct yaml_node *n = cells->child; n; n = n->next) {
        const struct yaml_node *fitted = yaml_get(n, "key");
        if (fitted && fitted->kind == YAML_SCALAR && strcmp(fitted->text, key) == 0)
            return true;
    }
    return false;
}

static int check_points(const struct plan *plan, const struct yaml_node *cells,
                        const char *profile, struct error *err)
{
    for (size_t i = 0; i < plan->count; i++) {
        char *key = scenario_key(&plan->points[i].settings);
        bool fitted = listed(cells, key);
        free(key);
        if (fitted)
            return error_set(err, ERR_INVALID,
                             "point %zu (%.200s): '%.200s' was fitted to this cell, so it "
                             "cannot be validated by it",
                             i + 1, plan->points[i].cell, profile);
    }
    return 0;
}

int held_out_check(const struct plan *plan, const char *profile, struct error *err)
{
    struct yaml_document doc;
    int code = yaml_read(&doc, profile, err);
    if (code)
        return code;
    const struct yaml_node *cells = yaml_get(yaml_get(doc.root, "fit"), "cells");
    if (cells && cells->kind == YAML_LIST && cells->child && yaml_get(cells->child, "key"))
        code = check_points(plan, cells, profile, err);
    else
        code = error_set(err, ERR_INVALID,
                         "'%.200s' does not say which cells it was fitted to (fit.cells with "
                         "keys): make it with pushsim calibrate",
                         profile);
    yaml_close(&doc);
    return code;
}
