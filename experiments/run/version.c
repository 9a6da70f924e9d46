#include "experiments/run/version.h"

/* #define PUSHSIM_VERSION, written by the Makefile whenever the commit changes */
#include "version.inc"

const char *version_text(void)
{
    return PUSHSIM_VERSION;
}
