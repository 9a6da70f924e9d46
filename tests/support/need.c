#include "tests/support/need.h"

#include <stdio.h>
#include <stdlib.h>

void need(int code, const struct error *err)
{
    if (code == 0)
        return;
    fprintf(stderr, "%s\n", err->text);
    abort();
}
