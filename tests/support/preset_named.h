/* preset_named.h - a client preset (models/client_preset.h) by its name. */
#ifndef PUSHSIM_TESTS_SUPPORT_PRESET_NAMED_H
#define PUSHSIM_TESTS_SUPPORT_PRESET_NAMED_H

#include "models/client_preset.h"

/* NULL: no such preset. */
const struct client_preset *preset_named(const char *name);

#endif
