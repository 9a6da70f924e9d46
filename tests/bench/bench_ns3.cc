// The M/M/1 work of bench_engine.c on ns-3's core (Debian's libns3-dev): ns of CPU time for each
// customer. Built only where ns-3 is installed.
#include <deque>
#include <vector>

#include <ns3/core-module.h>

extern "C" {
#include "tests/bench/bench.h"
}

using namespace ns3;

namespace
{

const uint64_t CUSTOMERS = 1000000;
const double SERVICE_NS = 1e9;

struct Queue {
    Ptr<ExponentialRandomVariable> gaps = CreateObject<ExponentialRandomVariable>();
    Ptr<ExponentialRandomVariable> services = CreateObject<ExponentialRandomVariable>();
    std::deque<int64_t> arrived;
    std::vector<int64_t> sojourn;
    uint64_t arrivals = 0;

    static Time Draw(Ptr<ExponentialRandomVariable> law)
    {
        return NanoSeconds(static_cast<int64_t>(law->GetValue() + 0.5));
    }

    void StartService()
    {
        Simulator::Schedule(Draw(services), &Queue::Depart, this);
    }

    void Arrive()
    {
        arrived.push_back(Simulator::Now().GetNanoSeconds());
        if (arrived.size() == 1)
            StartService();
        if (++arrivals < CUSTOMERS)
            Simulator::Schedule(Draw(gaps), &Queue::Arrive, this);
    }

    void Depart()
    {
        sojourn.push_back(Simulator::Now().GetNanoSeconds() - arrived.front());
        arrived.pop_front();
        if (!arrived.empty())
            StartService();
    }
};

double Run(void *)
{
    Queue queue;
    queue.gaps->SetAttribute("Mean", DoubleValue(SERVICE_NS / 0.9));
    queue.services->SetAttribute("Mean", DoubleValue(SERVICE_NS));
    queue.sojourn.reserve(CUSTOMERS);
    int64_t start = bench_cpu_ns();
    Simulator::Schedule(NanoSeconds(0), &Queue::Arrive, &queue);
    Simulator::Run();
    double each = static_cast<double>(bench_cpu_ns() - start) / CUSTOMERS;
    Simulator::Destroy();
    return each;
}

} // namespace

int main()
{
    bench_report("mm1.ns3", "ns", BENCH_RUNS, Run, nullptr);
    return 0;
}
