#include "experiments/replay/port_owner.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "experiments/replay/cgroup_internal.h"

#define LISTENERS_MAX 64
#define LISTENS       0x0a /* TCP_LISTEN of include/net/tcp_states.h */

struct search {
    unsigned long inodes[LISTENERS_MAX];
    size_t count;
    bool found;   /* a process has one of them */
    bool unknown; /* one did not show its descriptors */
};

size_t port_listeners(FILE *table, int port, unsigned long *inodes, size_t room)
{
    char *line = NULL;
    size_t size = 0, count = 0;
    while (count < room && getline(&line, &size, table) > 0) {
        unsigned at, state;
        if (sscanf(line, " %*u: %*[0-9A-F]:%x %*[0-9A-F]:%*x %x %*s %*s %*s %*u %*d %lu", &at,
                   &state, &inodes[count]) == 3)
            count += (int)at == port && state == LISTENS;
    }
    free(line);
    return count;
}

static bool read_listeners(struct search *s, const char *path, int port)
{
    FILE *table = fopen(path, "re");
    if (!table)
        return false;
    s->count += port_listeners(table, port, s->inodes + s->count, LISTENERS_MAX - s->count);
    fclose(table);
    return true;
}

static bool is_one(const struct search *s, const char *link)
{
    unsigned long inode;
    if (sscanf(link, "socket:[%lu]", &inode) != 1)
        return false;
    for (size_t i = 0; i < s->count; i++)
        if (s->inodes[i] == inode)
            return true;
    return false;
}

static void look_at_process(pid_t pid, void *context)
{
    struct search *s = context;
    char path[64 + sizeof(((struct dirent *)0)->d_name)], link[64];
    snprintf(path, sizeof path, "/proc/%d/fd", pid);
    DIR *open = opendir(path);
    s->unknown |= !open && errno != ENOENT; /* it has ended meanwhile */
    for (struct dirent *e; open && !s->found && (e = readdir(open)) != NULL;) {
        snprintf(path, sizeof path, "/proc/%d/fd/%s", pid, e->d_name);
        ssize_t n = readlink(path, link, sizeof link - 1);
        link[n > 0 ? n : 0] = '\0';
        s->found = is_one(s, link);
    }
    if (open)
        closedir(open);
}

bool port_is_of_group(const struct cgroup *group, int port)
{
    struct search s = { 0 };
    bool told = read_listeners(&s, "/proc/net/tcp", port);
    read_listeners(&s, "/proc/net/tcp6", port);
    cgroup_each_process(group->cpu, look_at_process, &s);
    return !told || s.count == 0 || s.found || s.unknown;
}
