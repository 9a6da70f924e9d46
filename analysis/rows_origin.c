#include "analysis/rows_origin.h"

#include <stdio.h>
#include <string.h>

/* Whether one of the hosts before is this one, by the whole name. */
static bool has_host(const char *hosts, const char *host)
{
    size_t length = strlen(host);
    for (const char *at = hosts; *at;) {
        size_t one = strcspn(at, ";");
        if (one == length && strncmp(at, host, length) == 0)
            return true;
        at += one + strspn(at + one, "; ");
    }
    return false;
}

static void take(void *context, const struct store_origin *o)
{
    struct rows_origin *made = context;
    if (o->arm != ARM_REAL)
        return;
    if (!*made->first || strncmp(o->first, made->first, sizeof made->first - 1) < 0)
        snprintf(made->first, sizeof made->first, "%s", o->first);
    if (strncmp(o->last, made->last, sizeof made->last - 1) > 0)
        snprintf(made->last, sizeof made->last, "%s", o->last);
    if (*o->host && !has_host(made->hosts, o->host)) {
        size_t used = strlen(made->hosts);
        snprintf(made->hosts + used, sizeof made->hosts - used, "%s%s", used ? "; " : "",
                 o->host);
    }
}

int rows_origin_read(struct rows_origin *origin, struct store *store, const char *experiment,
                     struct error *err)
{
    struct rows_origin made = { .hosts = "" };
    int code = store_origins(store, experiment, take, &made, err);
    if (code == 0 && !*made.first)
        code = error_set(err, ERR_INVALID, "no real run of '%s' is done", experiment);
    if (code == 0)
        *origin = made;
    return code;
}
