/* cgroup_internal.h - shared by cgroup*.c only. */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_CGROUP_INTERNAL_H
#define PUSHSIM_EXPERIMENTS_REPLAY_CGROUP_INTERNAL_H

#include "experiments/replay/cgroup.h"

#define CGROUP_PARENT_MAX (PATH_MAX - 512)

/* The directory below which groups are made: on v1 the one that holds the hierarchies. */
void cgroup_parent(char path[CGROUP_PARENT_MAX], enum cgroup_version version, const char *root);

/* ERR_INVALID: a limit is outside the ranges that the kernel takes (cgroup_limits.c). */
int cgroup_check(const struct cgroup_limits *limits, struct error *err);

/* Files of a directory (cgroup_file.c). Writing returns 0 or an errno, which cgroup_put_failed
 * tells as ERR_IO with the path. */
int cgroup_put(const char *dir, const char *file, const char *text);
int cgroup_put_number(const char *dir, const char *file, int64_t value);
int cgroup_put_failed(const char *dir, const char *file, int code, struct error *err);
bool cgroup_present(const char *dir, const char *file);
/* The whole file as text, at most size - 1 bytes; false when it cannot be read, with errno. */
bool cgroup_get(const char *dir, const char *file, char *text, size_t size);
int64_t cgroup_get_number(const char *dir, const char *file, int64_t otherwise);
/* The number after "key " at the start of a line. */
int64_t cgroup_field(const char *text, const char *key, int64_t otherwise);

/* The processes of a group and of the groups below it, by the numbers that they have here. */
typedef void cgroup_process_fn(pid_t pid, void *context);
void cgroup_each_process(const char *dir, cgroup_process_fn *visit, void *context);

/* Kills them (cgroup_kill.c). _each: one by one. _all: through cgroup.kill where the kernel has it
 * (v2, from 5.14). */
typedef void cgroup_kill_fn(const char *dir);
void cgroup_kill_each(const char *dir);
void cgroup_kill_all(const char *dir);
/* Removes a group with those below it, killing what is in them; so many tries, of a millisecond each.
 * False, and errno: it is not empty yet, or no group. */
bool cgroup_clear(const char *dir, int tries, cgroup_kill_fn *kill_in);

#endif
