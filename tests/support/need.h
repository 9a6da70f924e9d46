/* need.h - what a test cannot go on without. */
#ifndef PUSHSIM_TESTS_SUPPORT_NEED_H
#define PUSHSIM_TESTS_SUPPORT_NEED_H

#include "sim/error.h"

/* Aborts with the error's text unless code is 0. */
void need(int code, const struct error *err);

#endif
