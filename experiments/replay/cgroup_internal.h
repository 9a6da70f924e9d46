/* cgroup_internal.h - what cgroup.c and cgroup_sweep.c share. */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_CGROUP_INTERNAL_H
#define PUSHSIM_EXPERIMENTS_REPLAY_CGROUP_INTERNAL_H

#include "experiments/replay/cgroup.h"

#define CGROUP_PARENT_MAX (PATH_MAX - 512)

/* The directory below which groups are made: on v1 the one that holds the hierarchies. */
void cgroup_parent(char path[CGROUP_PARENT_MAX], enum cgroup_version version, const char *root);

#endif
