#include "experiments/run/source_excerpt.h"

#include <stdio.h>

#define WINDOW 88 /* columns shown of a line */

char *source_excerpt(char out[SOURCE_EXCERPT_BYTES], const char *line, size_t length,
                     size_t column)
{
    char text[WINDOW + 1];
    column = column < length + 1 ? column : length + 1;
    size_t from = column > WINDOW ? column - WINDOW / 2 : 1;
    size_t shown = length - (from - 1) < WINDOW ? length - (from - 1) : WINDOW;
    for (size_t i = 0; i < shown; i++) {
        unsigned char c = (unsigned char)line[from - 1 + i];
        text[i] = (char)(c < ' ' || c == 0x7f ? ' ' : c);
    }
    text[shown] = '\0';
    snprintf(out, SOURCE_EXCERPT_BYTES, "\n  %s\n  %*s", text, (int)(column - from + 1), "^");
    return out;
}
