#!/usr/bin/python3
"""The M/M/1 work of bench_engine.c on SimPy (Debian's python3-simpy, 2.3), as its manual would write
it: ns of CPU time for each customer. Without SimPy it prints nothing."""

import random
import statistics
import time

try:
    from SimPy.Simulation import Process, Resource, Simulation, hold, release, request
except ImportError:
    raise SystemExit(0)

CUSTOMERS = 20000  # the cost of one does not depend on how many
RUNS = 5


class Customer(Process):
    def visit(self):
        sim = self.sim
        arrived = sim.now()
        yield request, self, sim.server
        yield hold, self, sim.rng.expovariate(1.0)
        yield release, self, sim.server
        sim.sojourn.append(sim.now() - arrived)


class Source(Process):
    def generate(self):
        for _ in range(CUSTOMERS):
            customer = Customer(sim=self.sim)
            self.sim.activate(customer, customer.visit())
            yield hold, self, self.sim.rng.expovariate(0.9)


def run(seed):
    sim = Simulation()
    sim.initialize()
    sim.rng = random.Random(seed)
    sim.sojourn = []
    sim.server = Resource(capacity=1, sim=sim)
    source = Source(sim=sim)
    start = time.process_time()
    sim.activate(source, source.generate())
    sim.simulate(until=float("inf"))
    assert len(sim.sojourn) == CUSTOMERS
    return (time.process_time() - start) * 1e9 / CUSTOMERS


figures = sorted(run(seed) for seed in range(RUNS))
print(f"mm1.simpy {statistics.median(figures):.6g} ns {figures[0]:.6g} {figures[-1]:.6g} {RUNS}")
