/* cgroup_v2.c - a group on the unified hierarchy: below which one it is made, and what must be so
 * there. Source: Documentation/admin-guide/cgroup-v2.rst, "Controlling Controllers", and the order
 * of checks in kernel/cgroup/cgroup.c (cgroup_subtree_control_write). */
#include "experiments/replay/cgroup_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ASIDE "/pushsim-self" /* where the caller goes when its group must hold no process */

/* The path of the line "0::/path"; empty: none, or it cannot be seen below the root of what is
 * mounted (of another cgroup namespace: "/../x"). */
static void own_path(char *path, size_t size, const char *membership)
{
    const char *line = membership;
    path[0] = '\0';
    while (strncmp(line, "0::/", 4) != 0) {
        line = strchr(line, '\n');
        if (line == NULL)
            return;
        line++;
    }
    if (strncmp(line + 3, "/..", 3) != 0)
        snprintf(path, size, "%.*s", (int)strcspn(line + 3, "\n"), line + 3);
}

/* A caller that stepped aside once does not do so again below that: each of its groups would be
 * made one level deeper, and would not compete with the one before. */
void cgroup_own_group(char path[CGROUP_PARENT_MAX], const char *top, const char *membership)
{
    char own[CGROUP_PARENT_MAX], full[PATH_MAX];
    own_path(own, sizeof own, membership);
    size_t length = strlen(own), aside = strlen(ASIDE);
    if (length >= aside && strcmp(own + length - aside, ASIDE) == 0)
        length -= aside;
    if (length == 1) /* "/" */
        length = 0;
    int n = snprintf(full, sizeof full, "%s%.*s", top, (int)length, own);
    bool seen = n < CGROUP_PARENT_MAX && access(full, F_OK) == 0;
    snprintf(path, CGROUP_PARENT_MAX, "%s%.*s", top, seen ? (int)length : 0, own);
}

/* The top where that may be written, which root of the host may, and of a container that has the
 * hierarchy to itself; else the caller's own group. */
void cgroup_parent_v2(char path[CGROUP_PARENT_MAX], const char *top)
{
    char text[4096];
    snprintf(text, sizeof text, "%s/cgroup.procs", top);
    if (faccessat(AT_FDCWD, text, W_OK, AT_EACCESS) != 0 &&
        cgroup_get("/proc/self", "cgroup", text, sizeof text))
        cgroup_own_group(path, top, text);
    else
        snprintf(path, CGROUP_PARENT_MAX, "%s", top);
}

bool cgroup_has_word(const char *dir, const char *file, const char *word)
{
    char text[1024];
    if (!cgroup_get(dir, file, text, sizeof text))
        return false;
    char *rest = text;
    for (char *at; (at = strsep(&rest, " \n")) != NULL;)
        if (strcmp(at, word) == 0)
            return true;
    return false;
}

static int not_delegated(const char *parent, struct error *err)
{
    char has[256] = "";
    cgroup_get(parent, "cgroup.controllers", has, sizeof has);
    has[strcspn(has, "\n")] = '\0';
    return error_set(
        err, ERR_UNAVAILABLE,
        "cannot make a cgroup in %s: the cpu controller is not given to it (%s); for users of "
        "systemd, as root: systemctl edit user@.service, there: [Service] and, on the next "
        "line, "
        "Delegate=cpu cpuset io memory pids; log in again",
        parent, has[0] != '\0' ? has : "none is");
}

/* A threaded group takes no processes that are limited apart from the others' memory. */
static int check_type(const char *dir, struct error *err)
{
    char type[64];
    if (!cgroup_get(dir, "cgroup.type", type, sizeof type))
        return 0; /* the top of the hierarchy has none */
    type[strcspn(type, "\n")] = '\0';
    if (strcmp(type, "threaded") != 0 && strcmp(type, "domain invalid") != 0)
        return 0;
    return error_set(
        err, ERR_UNAVAILABLE,
        "cannot make a cgroup in %s: its cgroup.type is '%s', and a process can be "
        "limited below a 'domain' only; start pushsim in another group, for example "
        "through: systemd-run --scope -p Delegate=yes pushsim ...",
        dir, type);
}

struct crowd { /* processes of one group other than the caller */
    int count;
    long first;
};

static struct crowd others_in(const char *dir, bool *caller)
{
    char text[16384], *end;
    struct crowd others = { 0 };
    *caller = false;
    if (!cgroup_get(dir, "cgroup.procs", text, sizeof text))
        return others;
    for (char *at = text;; at = end + 1) {
        long pid = strtol(at, &end, 10);
        if (end == at || *end != '\n')
            return others;
        *caller = *caller || pid == getpid();
        if (pid != getpid() && others.count++ == 0)
            others.first = pid;
    }
}

static int crowded(const char *parent, struct crowd others, struct error *err)
{
    char dir[64], name[64] = "";
    snprintf(dir, sizeof dir, "/proc/%ld", others.first);
    if (others.first == 0 || !cgroup_get(dir, "comm", name, sizeof name))
        strcpy(name, "of another PID namespace");
    name[strcspn(name, "\n")] = '\0';
    error_set(
        err, ERR_UNAVAILABLE,
        "cannot make a cgroup in %s: it holds %d other process%s (%ld, %s%s), and cgroup v2 "
        "limits no groups beside processes; ",
        parent, others.count, others.count == 1 ? "" : "es", others.first, name,
        others.count == 1 ? "" : ", ...");
    size_t used = strlen(err->text);
    snprintf(
        err->text + used, sizeof err->text - used, "%s",
        geteuid() == 0
            ? "move them below, in that directory: mkdir rest; for p in $(cat cgroup.procs); "
              "do echo $p >rest/cgroup.procs; done"
            : "start pushsim alone in a group: systemd-run --user --scope -p Delegate=yes "
              "pushsim ...");
    return ERR_UNAVAILABLE;
}

/* "No internal processes": below a group that holds processes nothing can be limited, but at the
 * top. The kernel refuses (EBUSY) to give memory there, but takes cpu alone and makes the group
 * the root of a threaded subtree, below which no process may go: so this is done before. */
static int vacate(const char *parent, bool *aside, struct error *err)
{
    char self[PATH_MAX];
    bool caller;
    *aside = false;
    if (!cgroup_present(parent, "cgroup.type"))
        return 0;
    struct crowd others = others_in(parent, &caller);
    if (others.count > 0)
        return crowded(parent, others, err);
    if (!caller)
        return 0;
    snprintf(self, sizeof self, "%s" ASIDE, parent);
    if (mkdir(self, 0755) != 0 && errno != EEXIST)
        return cgroup_unavailable(parent, errno, err);
    int failed = cgroup_put_number(self, "cgroup.procs", getpid());
    if (failed != 0) {
        rmdir(self);
        return cgroup_unavailable(self, failed, err);
    }
    *aside = true;
    return 0;
}

static void step_back(const char *parent)
{
    char self[PATH_MAX];
    snprintf(self, sizeof self, "%s" ASIDE, parent);
    if (cgroup_put_number(parent, "cgroup.procs", getpid()) == 0)
        rmdir(self);
}

int cgroup_prepare_v2(const char *parent, bool *memory, struct error *err)
{
    bool aside;
    int code = check_type(parent, err);
    if (code != 0)
        return code;
    if (!cgroup_has_word(parent, "cgroup.controllers", "cpu"))
        return not_delegated(parent, err);
    code = vacate(parent, &aside, err);
    if (code != 0)
        return code;
    bool has = cgroup_has_word(parent, "cgroup.controllers", "memory");
    int failed = cgroup_put(parent, "cgroup.subtree_control", has ? "+cpu +memory" : "+cpu");
    if (failed != 0 && aside)
        step_back(parent);
    if (failed != 0)
        return cgroup_unavailable(parent, failed, err);
    *memory = has;
    return 0;
}
