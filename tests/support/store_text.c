#include "tests/support/store_text.h"

#include <stdio.h>
#include <stdlib.h>

#include "experiments/run/store.h"
#include "tests/support/need.h"

char *store_text(const char *path, const char *const *tables, size_t count)
{
    struct store *store;
    struct error err;
    char *text;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    need(store_open(&store, path, STORE_READ, &err), &err);
    for (size_t i = 0; i < count; i++)
        need(store_export(store, tables[i], ARM_BOTH, EXPORT_CSV, out, &err), &err);
    store_close(store);
    fclose(out);
    return text;
}
