/* printable_text.h - what another program wrote, fit for a terminal, the database and JSON. */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_PRINTABLE_TEXT_H
#define PUSHSIM_EXPERIMENTS_REPLAY_PRINTABLE_TEXT_H

#include <stddef.h>

/* Puts '?' for every byte that is no part of a printable character of UTF-8 (RFC 3629): control
 * characters, zeros, sequences that are broken or cut. */
void printable_text(char *text, size_t bytes);

#endif
