/* port_owner.h - who listens at a port: what was started in a cgroup, or something else? A server
 * that a service started on behalf of the command (docker, systemd) runs outside: the limit does
 * not hold for it, and its CPU time is not counted.
 *
 * Source: Linux Documentation/networking/proc_net_tcp.rst; proc(5), /proc/PID/fd.
 */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_PORT_OWNER_H
#define PUSHSIM_EXPERIMENTS_REPLAY_PORT_OWNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "experiments/replay/cgroup.h"

/* Inodes of the sockets that listen at the port, out of a table like /proc/net/tcp or tcp6: returns
 * how many, at most `room`. */
size_t port_listeners(FILE *table, int port, unsigned long *inodes, size_t room);

/* True where a process of the group, or of groups below it, listens at the port, and where that
 * cannot be told: processes whose descriptors we may not see, no /proc, nobody who listens in this
 * network namespace. */
bool port_is_of_group(const struct cgroup *group, int port);

#endif
