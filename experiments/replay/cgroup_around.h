/* cgroup_around.h - CPU limits on the groups that pushsim itself runs in: those of a pod, a
 * container, a user's slice. One that bites holds server and client back together, where neither's
 * own counters show it.
 *
 * Source: Linux Documentation/scheduler/sched-bwc.rst ("Statistics", hierarchical considerations:
 * a group is throttled where any above it is), cgroup_namespaces(7) (what of a path can be seen).
 */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_CGROUP_AROUND_H
#define PUSHSIM_EXPERIMENTS_REPLAY_CGROUP_AROUND_H

#include <stdint.h>

/* Periods in which the caller's own group, or one above it as far as it can be seen, was held back,
 * since those groups were made. The server's group is made below one of these. 0: none, or nothing
 * of it can be read. root: as in cgroup_create; membership: as /proc/self/cgroup has it, NULL:
 * that. */
uint64_t cgroup_around_throttled(const char *root, const char *membership);

#endif
