/* cgroup_make.c - the directory of a group: made, held for as long as its maker lives, and why it
 * cannot be made. */
#include "experiments/replay/cgroup_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAKE_TRIES 3

int cgroup_unavailable(const char *dir, int code, struct error *err)
{
    static const struct {
        int code;
        const char *hint;
    } hints[] = {
        { EROFS,
          "the hierarchy is mounted read-only, as containers have it: start the container "
          "with it writable (docker, podman: --privileged; Kubernetes: securityContext: "
          "privileged: true)" },
        { EEXIST, "it is another pushsim's, with the same process number in another container: "
                  "measure with one at a time" },
        { EAGAIN,
          "a group above it allows no more (cgroup.max.descendants, cgroup.max.depth)" },
        { EINVAL,
          "on a kernel with CONFIG_RT_GROUP_SCHED no process outside of the topmost group "
          "may be a real-time one while the cpu controller is given away" },
        { EBUSY, "a process has come into it meanwhile: start pushsim alone in a group" },
    };
    const char *hint = "run as root, or in a delegated cgroup v2 subtree, for example through: "
                       "systemd-run --user --scope -p Delegate=yes pushsim ...";
    for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
        if (hints[i].code == code)
            hint = hints[i].hint;
    return error_set(err, ERR_UNAVAILABLE, "cannot make a cgroup in %s: %s; %s", dir,
                     strerror(code), hint);
}

/* A lock on the directory, which its holder's end gives back whatever that end was, and which is
 * seen from every container. */
int cgroup_hold(const char *dir, bool wait)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    if (flock(fd, wait ? LOCK_EX : LOCK_EX | LOCK_NB) == 0)
        return fd;
    int code = errno;
    close(fd);
    errno = code;
    return -1;
}

static bool is_at(int fd, const char *path)
{
    struct stat s, t;
    return fstat(fd, &s) == 0 && stat(path, &t) == 0 && s.st_dev == t.st_dev &&
           s.st_ino == t.st_ino;
}

/* Between the two steps one who sweeps in another PID namespace may take it for a left one. */
int cgroup_make(const char *dir, int *held)
{
    for (int i = 0; i < MAKE_TRIES; i++) {
        int failed = mkdir(dir, 0755) == 0 ? 0 : errno;
        if (failed == EEXIST && cgroup_sweep_stale(dir))
            failed = mkdir(dir, 0755) == 0 ? 0 : errno;
        if (failed != 0)
            return failed;
        int fd = cgroup_hold(dir, true);
        if (fd >= 0 && is_at(fd, dir)) {
            *held = fd + 1;
            return 0;
        }
        if (fd >= 0)
            close(fd);
        else if (errno != ENOENT)
            return 0; /* no locks here: the maker's number alone says whose it is */
    }
    return EBUSY;
}
