#include "tests/support/preset_named.h"

#include <string.h>

const struct client_preset *preset_named(const char *name)
{
    for (size_t i = 0; i < client_preset_count; i++)
        if (strcmp(client_presets[i].name, name) == 0)
            return &client_presets[i];
    return NULL;
}
