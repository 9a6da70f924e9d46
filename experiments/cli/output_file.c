#include "experiments/cli/output_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The directory part, allocated; "." when there is none. */
static char *directory_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? mem_printf("%.*s/", (int)(slash - path), path) : mem_strdup(".");
}

int output_file_check(const char *path, struct error *err)
{
    struct stat there;
    if (stat(path, &there) == 0 && S_ISDIR(there.st_mode))
        return error_set(err, ERR_IO, "%s: %s", path, strerror(EISDIR));
    char *directory = directory_of(path);
    int cause = access(directory, W_OK | X_OK) == 0 ? 0 : errno;
    free(directory);
    return cause ? error_set(err, ERR_IO, "%s: %s", path, strerror(cause)) : 0;
}
