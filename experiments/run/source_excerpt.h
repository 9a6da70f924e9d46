/* source_excerpt.h - the line that a complaint is about, with a caret below the column. */
#ifndef PUSHSIM_EXPERIMENTS_RUN_SOURCE_EXCERPT_H
#define PUSHSIM_EXPERIMENTS_RUN_SOURCE_EXCERPT_H

#include <stddef.h>

#define SOURCE_EXCERPT_BYTES 208

/* "\n  LINE\n    ^": the line of `length` bytes, cut to a window around the column (bytes from 1;
 * beyond the end: behind the last). Control characters become spaces. Returns out. */
char *source_excerpt(char out[SOURCE_EXCERPT_BYTES], const char *line, size_t length,
                     size_t column);

#endif
