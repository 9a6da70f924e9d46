#include "experiments/run/run_status.h"

#include <string.h>

const char *const run_status_words[] = {
    [RUN_DONE] = "done", [RUN_INVALID] = "invalid", [RUN_FAILED] = "failed"
};

enum run_status run_status_of(const char *word)
{
    enum run_status status = RUN_DONE;
    while (status < RUN_FAILED && strcmp(run_status_words[status], word) != 0)
        status++;
    return status;
}
