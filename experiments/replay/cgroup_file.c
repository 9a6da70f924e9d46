/* cgroup_file.c - the files of a group's directory: written, looked for, read. */
#include "experiments/replay/cgroup_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Of a file that this kernel does not have it says that we may not make it. */
static int put_refused(const char *path, int code)
{
    return code == EACCES && access(path, F_OK) != 0 ? errno : code;
}

/* O_CREAT changes nothing on a real hierarchy, where the kernel makes the files; it lets a plain
 * directory stand in for one. */
int cgroup_put(const char *dir, const char *file, const char *text)
{
    char path[PATH_MAX + 64];
    snprintf(path, sizeof path, "%s/%s", dir, file);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0)
        return put_refused(path, errno);
    ssize_t n = write(fd, text, strlen(text));
    int code = n < 0 ? errno : 0;
    close(fd);
    return code;
}

int cgroup_put_number(const char *dir, const char *file, int64_t value)
{
    char text[32];
    snprintf(text, sizeof text, "%" PRId64, value);
    return cgroup_put(dir, file, text);
}

bool cgroup_present(const char *dir, const char *file)
{
    char path[PATH_MAX + 64];
    snprintf(path, sizeof path, "%s/%s", dir, file);
    return access(path, F_OK) == 0;
}

bool cgroup_get(const char *dir, const char *file, char *text, size_t size)
{
    char path[PATH_MAX + 64];
    snprintf(path, sizeof path, "%s/%s", dir, file);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t n = 1;
    size_t length = 0; /* the kernel gives such files a page at a time */
    while (n > 0 && length < size - 1)
        if ((n = read(fd, text + length, size - 1 - length)) > 0)
            length += (size_t)n;
    int code = errno;
    close(fd);
    errno = code;
    text[length] = '\0';
    return n >= 0 || length > 0;
}

int64_t cgroup_get_number(const char *dir, const char *file, int64_t otherwise)
{
    char text[64];
    return cgroup_get(dir, file, text, sizeof text) ? strtoll(text, NULL, 10) : otherwise;
}

int64_t cgroup_field(const char *text, const char *key, int64_t otherwise)
{
    size_t n = strlen(key);
    for (const char *line = text; line != NULL && *line != '\0';) {
        if (strncmp(line, key, n) == 0 && line[n] == ' ')
            return strtoll(line + n, NULL, 10);
        line = strchr(line, '\n');
        line = line == NULL ? NULL : line + 1;
    }
    return otherwise;
}

int cgroup_put_failed(const char *dir, const char *file, int code, struct error *err)
{
    return error_set(err, ERR_IO, "%s/%s: %s", dir, file, strerror(code));
}
