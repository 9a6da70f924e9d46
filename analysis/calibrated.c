#include "analysis/calibrated.h"

#include <string.h>

const struct calibrated *calibrated_find(const struct calibrated *list, size_t count,
                                         const char *option)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].option, option) == 0)
            return &list[i];
    return NULL;
}
