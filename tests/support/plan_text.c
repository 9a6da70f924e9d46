#include "tests/support/plan_text.h"

#include <stdlib.h>

#include "tests/support/need.h"

void plan_text(const struct scratch *scratch, const char *yaml, const struct override *o,
               size_t overrides, struct experiment *e, struct plan *plan)
{
    struct error err;
    char *path = scratch_write(scratch, "x.yaml", yaml);
    need(config_load(e, path, o, overrides, &err), &err);
    need(plan_build(plan, e, &err), &err);
    free(path);
}
