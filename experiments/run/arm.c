#include "experiments/run/arm.h"

#include <stddef.h>
#include <string.h>

const char *const arm_words[] = {
    [ARM_SIM] = "sim", [ARM_REAL] = "real", [ARM_BOTH] = "both", NULL
};

enum arm arm_of(const char *word)
{
    return strcmp(word, arm_words[ARM_SIM]) == 0 ? ARM_SIM : ARM_REAL;
}
