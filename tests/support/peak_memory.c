#include "tests/support/peak_memory.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int64_t peak_memory_bytes(peak_memory_fn *work, void *context)
{
    struct rusage usage;
    int status;
    pid_t child = fork();
    if (child == 0) {
        work(context);
        _exit(0);
    }
    if (child < 0 || wait4(child, &status, 0, &usage) != child || status != 0)
        return -1;
    return (int64_t)usage.ru_maxrss * 1024;
}
