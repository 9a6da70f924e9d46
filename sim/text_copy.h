/* text_copy.h - short texts into arrays of fixed size: what is copied for each figure and each
 * point of a series, where snprintf would take longer than all else.
 */
#ifndef PUSHSIM_SIM_TEXT_COPY_H
#define PUSHSIM_SIM_TEXT_COPY_H

#include <stddef.h>
#include <string.h>

/* Copies as much of the text as fits into `room` (>= 1) bytes with its end; returns how long the
 * copy is. */
static inline size_t text_copy(char *out, size_t room, const char *text)
{
    size_t length = strnlen(text, room - 1);
    memcpy(out, text, length);
    out[length] = '\0';
    return length;
}

#endif
