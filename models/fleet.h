/* fleet.h - one run of several pods behind a balancer, with what controls them.
 *
 * Each pod has its own cgroup, loops, memory, accept queue and restarts (pod.h); pods_per_node of
 * them share a host. Every publish goes to every pod that listens (a message bus in between), each
 * delivers it to its own connections. A connection stays where the balancer placed it.
 *
 *   clients ── balancer ──> pods (of one revision, or two in a rolling update)
 *                             ↑ probes, each answered by the loop that serves the clients
 *     every second: figures → SLO control → shed, refuse, other drop policy
 *                   rolling update or replicas → start and stop pods; rebalancing
 *     every window: metrics of the pods → (lag) → autoscaler, every sync → replicas
 *
 * A new pod is pending until its container starts (start_delay_ns, and image_pull_ns where its node
 * has none of that revision); a restart in place goes without both. The series pods.running and
 * probes.failed.ready leave out what belongs to starting: pods that have never been ready, and
 * probes that fail before a process was first ready. Figure and series probes.failed have all that
 * failed.
 *
 * What the balancer knows of a pod is endpoint_lag_ns old: until then it sends newcomers to one
 * that stops or has died. Without a readiness probe a pod is ready as soon as its container runs,
 * and refuses them until its process listens. A SYN that is sent again goes to the pod that the
 * first one went to.
 *
 * A pod that stops is no longer ready, gets SIGTERM after preStop and is killed when its grace is
 * over, but not within 2 s of SIGTERM (kuberuntime_container.go, killContainer:
 * minimumGracePeriodInSeconds), unless its connections have ended before (Kubernetes docs, "Pod
 * Lifecycle", termination of pods). SIGTERM is handled by the loop, among its other work; then it
 * accepts no more. A process that only starts has no handler yet, and dies of it. A failed liveness
 * probe stops the container the same way, but leaves the pod ready as its readiness probe says, and
 * it is started again after its back-off (again and again, where a start outlasts the probe's
 * patience); when it dies before, that is its stop. So does a startup probe. Probes have
 * connections of their own. Nobody probes a container in back-off. fault.deploy-at begins a rolling
 * update; the other faults are pod 0's.
 *
 * A fleet's disconnects are its pods' and those of clients at no pod: refused by the balancer with
 * Retry-After (rejected: connects.retry_after counts the answers), or out of patience while no pod
 * listened (connect_timeout). The other causes are sums over the pods.
 *
 * The first fleet.detail pods of a revision have all figures, histograms and series of a pod alone,
 * as pod.N.* (fleet_detail.c); the others some figures. pods.detailed tells how many had them, an
 * event "detail" the first that has not.
 *
 * Deterministic, like push_run, which it replaces when p->fleet.pods > 0, or when something is to
 * act on the SLO: a lone pod (fleet.pods 0) is then a fleet of one without probes, autoscaler,
 * update.
 */
#ifndef PUSHSIM_MODELS_FLEET_H
#define PUSHSIM_MODELS_FLEET_H

#include "models/parameters.h"
#include "models/run_record.h"
#include "models/schedule.h"

void fleet_run(const struct parameters *p, const struct schedule *s, uint64_t seed,
               uint32_t replication, struct run_record *out);

#endif
