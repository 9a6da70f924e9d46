#include "experiments/run/named_file.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/error.h"

char *named_file_resolve(const char *by, const char *file)
{
    const char *slash = strrchr(by, '/');
    if (*file == '/' || !slash)
        return mem_strdup(file);
    return mem_printf("%.*s/%s", (int)(slash - by), by, file);
}

char *named_file_stem(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *file = slash ? slash + 1 : path;
    const char *dot = strrchr(file, '.');
    return mem_printf("%.*s", (int)(dot && dot > file ? (size_t)(dot - file) : strlen(file)),
                      file);
}

bool named_file_readable(const char *path)
{
    struct stat is;
    bool ends = stat(path, &is) == 0 && (S_ISREG(is.st_mode) || S_ISFIFO(is.st_mode));
    return ends && access(path, R_OK) == 0;
}
