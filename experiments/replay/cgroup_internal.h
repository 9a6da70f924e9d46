/* cgroup_internal.h - shared by cgroup*.c only. */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_CGROUP_INTERNAL_H
#define PUSHSIM_EXPERIMENTS_REPLAY_CGROUP_INTERNAL_H

#include "experiments/replay/cgroup.h"

#define CGROUP_PARENT_MAX (PATH_MAX - 512)

/* Where the hierarchies are, or the unified one is: `path`, at `root` (NULL: CGROUP_ROOT) or, of a
 * hybrid host, below. */
enum cgroup_version cgroup_top(char path[CGROUP_PARENT_MAX], const char *root);

/* The directory below which groups are made: on v1 the one that holds the hierarchies. */
void cgroup_parent(char path[CGROUP_PARENT_MAX], const char *root);

/* On v2 (cgroup_v2.c). `top`: where it is mounted. membership: as /proc/self/cgroup has it. */
void cgroup_parent_v2(char path[CGROUP_PARENT_MAX], const char *top);
void cgroup_own_group(char path[CGROUP_PARENT_MAX], const char *top, const char *membership);
/* Makes `parent` ready for groups with limits; memory: whether they can be limited in that, too.
 * ERR_UNAVAILABLE. */
int cgroup_prepare_v2(const char *parent, bool *memory, struct error *err);

/* A group's directory (cgroup_make.c): made and held; held: a descriptor + 1, or as it was where
 * there are no locks. Returns 0 or an errno, which _unavailable tells with what to do. */
int cgroup_make(const char *dir, int *held);
int cgroup_unavailable(const char *dir, int code, struct error *err);
/* A descriptor that holds it; -1 and errno, EWOULDBLOCK: another one holds it, and no waiting. */
int cgroup_hold(const char *dir, bool wait);
/* Removes it if it is named as ours and its maker is gone (cgroup_sweep.c). */
bool cgroup_sweep_stale(const char *dir);

/* ERR_INVALID: a limit is outside the ranges that the kernel takes (cgroup_limits.c). */
int cgroup_check(const struct cgroup_limits *limits, struct error *err);

/* Files of a directory (cgroup_file.c). Writing returns 0 or an errno, which cgroup_put_failed
 * tells as ERR_IO with the path. */
int cgroup_put(const char *dir, const char *file, const char *text);
int cgroup_put_number(const char *dir, const char *file, int64_t value);
int cgroup_put_failed(const char *dir, const char *file, int code, struct error *err);
/* Is the file there? */
bool cgroup_present(const char *dir, const char *file);
/* Whether it is one of the file's words. */
bool cgroup_has_word(const char *dir, const char *file, const char *word);
/* The whole file as text, at most size - 1 bytes; false when it cannot be read, with errno. */
bool cgroup_get(const char *dir, const char *file, char *text, size_t size);
/* The number in it; `otherwise` where there is none. */
int64_t cgroup_get_number(const char *dir, const char *file, int64_t otherwise);
/* The number after "key " at the start of a line; `otherwise` as above. */
int64_t cgroup_field(const char *text, const char *key, int64_t otherwise);

/* The processes of a group and of the groups below it, by the numbers that they have here. */
typedef void cgroup_process_fn(pid_t pid, void *context);
void cgroup_each_process(const char *dir, cgroup_process_fn *visit, void *context);

/* Kills them (cgroup_kill.c). _each: one by one. _all: through cgroup.kill where the kernel has it
 * (v2, from 5.14). */
typedef void cgroup_kill_fn(const char *dir);
void cgroup_kill_each(const char *dir);
void cgroup_kill_all(const char *dir);
/* Removes a group with those below it, killing what is in them; so many tries, of a millisecond
 * each. False, and errno: it is not empty yet, or no group. */
bool cgroup_clear(const char *dir, int tries, cgroup_kill_fn *kill_in);

#endif
