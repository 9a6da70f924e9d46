#include "experiments/replay/cgroup_around.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "experiments/replay/cgroup_internal.h"

/* Whether "4:cpu,cpuacct:/path" is of the cpu controller; "0::/path" is of all, on v2. */
static bool is_of_cpu(const char *line, enum cgroup_version version)
{
    if (version == CGROUP_V2)
        return strncmp(line, "0::", 3) == 0;
    const char *at = strchr(line, ':');
    for (size_t length; at && (*at == ':' || *at == ','); at += length) {
        length = strcspn(++at, ",:\n");
        if (length == 3 && strncmp(at, "cpu", 3) == 0)
            return true;
    }
    return false;
}

/* The caller's directory below `top`, or `top` where it cannot be seen. */
static void own_directory(char dir[PATH_MAX], const char *top, const char *membership,
                          enum cgroup_version version)
{
    const char *line = membership;
    while (*line && !is_of_cpu(line, version)) {
        line += strcspn(line, "\n");
        line += *line == '\n';
    }
    const char *path = line + strcspn(line, "/\n");
    size_t length = strcspn(path, "\n");
    snprintf(dir, PATH_MAX, "%s%.*s", top, length > 1 ? (int)length : 0, path);
    if (strstr(dir + strlen(top), "/..") || access(dir, F_OK) != 0)
        snprintf(dir, PATH_MAX, "%s", top);
}

static uint64_t throttled_in(const char *dir)
{
    char text[4096];
    int64_t periods = 0;
    if (cgroup_get(dir, "cpu.stat", text, sizeof text))
        periods = cgroup_field(text, "nr_throttled", 0);
    return periods > 0 ? (uint64_t)periods : 0;
}

uint64_t cgroup_around_throttled(const char *root, const char *membership)
{
    char top[CGROUP_PARENT_MAX], dir[PATH_MAX], text[4096];
    enum cgroup_version version = cgroup_top(top, root);
    uint64_t periods = 0;
    if (!membership && !cgroup_get("/proc/self", "cgroup", text, sizeof text))
        return 0;
    if (version == CGROUP_V1)
        strcat(top, "/cpu");
    own_directory(dir, top, membership ? membership : text, version);
    for (char *end = dir + strlen(dir); end && end >= dir + strlen(top);
         end = strrchr(dir, '/')) {
        *end = '\0';
        periods += throttled_in(dir);
    }
    return periods;
}
