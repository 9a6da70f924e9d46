/* sweep_profile.c - profiles as an axis of the sweep: one base of values for each. */
#include <stdlib.h>
#include <string.h>

#include "experiments/run/config_sweep.h"
#include "experiments/run/named_file.h"

/* The profile's name stands in cells ("profile=nginx-nchan cpu.limit=100m"). */
static int check_name(const struct sweep *sweep, const char *name, struct error *err)
{
    if (strlen(name) >= UNIT_TEXT_BYTES || strpbrk(name, " ="))
        return error_set(err, ERR_INVALID,
                         "'%.80s' cannot name a profile in a sweep: at most %d characters, no "
                         "blank, no '='",
                         name, UNIT_TEXT_BYTES - 1);
    for (size_t i = 0; i < sweep->profile_count; i++)
        if (strcmp(sweep->profiles[i].name, name) == 0)
            return error_set(err, ERR_INVALID, "two profiles are named '%s'", name);
    return 0;
}

int sweep_profile_add(struct sweep *sweep, const struct yaml_document *doc,
                      const struct yaml_node *node, struct error *err)
{
    char *path = named_file_resolve(doc->path, node->text), *name = named_file_stem(path);
    struct error cause;
    int code = check_name(sweep, name, &cause);
    if (code == 0 && !named_file_readable(path))
        code = error_set(&cause, ERR_INVALID, "profile: cannot read '%.200s'", path);
    if (code) {
        free(path);
        free(name);
        return yaml_error(doc, node->at, err, "%s", cause.text);
    }
    sweep->profiles =
        mem_realloc(sweep->profiles, (sweep->profile_count + 1) * sizeof *sweep->profiles);
    struct swept_profile *p = &sweep->profiles[sweep->profile_count++];
    p->name = name;
    p->path = path;
    settings_init(&p->base);
    p->fitted = (struct fitted_ranges){ 0 };
    return 0;
}

void sweep_profiles_close(struct sweep *sweep)
{
    for (size_t i = 0; i < sweep->profile_count; i++) {
        free(sweep->profiles[i].name);
        free(sweep->profiles[i].path);
    }
    free(sweep->profiles);
    sweep->profiles = NULL;
    sweep->profile_count = 0;
}
