/* store_text.h - what `pushsim export` says of a database, to look for rows in or to compare. */
#ifndef PUSHSIM_TESTS_SUPPORT_STORE_TEXT_H
#define PUSHSIM_TESTS_SUPPORT_STORE_TEXT_H

#include <stddef.h>

/* These tables and views one after the other, as CSV; allocated. Aborts with the cause where one
 * cannot be read. */
char *store_text(const char *path, const char *const *tables, size_t count);

#endif
