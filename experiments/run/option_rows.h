/* option_rows.h - how the option table's rows are written; for options.c alone. */
#ifndef PUSHSIM_EXPERIMENTS_RUN_OPTION_ROWS_H
#define PUSHSIM_EXPERIMENTS_RUN_OPTION_ROWS_H

#include "experiments/run/options.h"

#define US 1e3
#define MS 1e6
#define S  1e9

#define AT(field)  offsetof(struct settings, field)
#define ATP(field) offsetof(struct settings, parameters.field)

/* name, C type, unit, field, default, min, max, flags, help, source */
#define NUMBER(name, type, unit, at, fallback, min, max, flags, help, source)                  \
    {                                                                                          \
        name, OPTION_##type, UNIT_##unit, at, fallback, min, max, NULL, flags, help, source    \
    }
#define TIME(name, at, fallback, min, max, flags, help, source)                                \
    NUMBER(name, INT64, TIME, at, fallback, min, max, flags, help, source)
#define COUNT(name, at, fallback, min, max, flags, help, source)                               \
    NUMBER(name, INT64, COUNT, at, fallback, min, max, flags, help, source)
#define BYTES(name, at, fallback, min, max, flags, help, source)                               \
    NUMBER(name, INT64, BYTES, at, fallback, min, max, flags, help, source)
#define CHOICE(name, at, fallback, choices, flags, help, source)                               \
    {                                                                                          \
        name, OPTION_CHOICE, UNIT_COUNT, at, fallback, 0, 0, choices, flags, help, source      \
    }
#define YES_NO(name, at, fallback, flags, help, source)                                        \
    {                                                                                          \
        name, OPTION_BOOL, UNIT_COUNT, at, fallback, 0, 1, NULL, flags, help, source           \
    }
/* CPU time that calibration finds */
#define COST(name, field, fallback, help)                                                      \
    NUMBER("cost." name, DOUBLE, TIME, ATP(cost.field), fallback, 0, 10 * S, OPTION_MODEL,     \
           help, "calibrated")

/* Of young_generation.h. */
#define YOUNG_GENERATION                                                                       \
    NUMBER("cost.gc.young", DOUBLE, BYTES, ATP(cost.young_space_bytes), "0", 0, 0x1p40,        \
           OPTION_MODEL, "semi-space of a young generation that is copied when full; 0: none", \
           "V8, 64 bits: 16 MiB"),                                                             \
        NUMBER("cost.gc.young-start", DOUBLE, BYTES, ATP(cost.young_start_bytes), "1000000B",  \
               0, 0x1p40, OPTION_MODEL, "survived scavenges before the first client",          \
               "Node 20.20: v8.GCProfiler"),                                                   \
        NUMBER("cost.gc.young-publish", DOUBLE, BYTES, ATP(cost.young_publish_bytes),          \
               "16000B", 0, 0x1p40, OPTION_MODEL,                                              \
               "allocated in it for a publish, beside its deliveries",                         \
               "Node 20.20: v8.GCProfiler"),                                                   \
        NUMBER("cost.gc.mark", DOUBLE, BYTES, ATP(cost.mark_bytes), "3900000B", 0, 0x1p40,     \
               OPTION_MODEL,                                                                   \
               "kept by open connections; by less, code.first and code.connection are 0",      \
               "Node 20.20: --trace-gc"),                                                      \
        COST("gc.scavenge", scavenge_ns, "0", "a scavenge of the young, whatever it copies"),  \
        COST("gc.young-byte", young_byte_ns, "1ns", "and for each byte that survives it"),     \
        COST("gc.text-byte", text_byte_ns, "0", "where that is a message's text")

#define PROTOCOL_COSTS(name, p, handshake, disconnect, wake, item, write, message, frame,      \
                       frame_source)                                                           \
    COST(name ".handshake", by_protocol[p].handshake_ns, handshake,                            \
         "CPU of one connection's accept, parse and response head"),                           \
        COST(name ".disconnect", by_protocol[p].disconnect_ns, disconnect,                     \
             "CPU of closing one connection"),                                                 \
        COST(name ".wake", by_protocol[p].wake_ns, wake,                                       \
             "CPU of one ready-queue pass of a delivery, per wake-up"),                        \
        COST(name ".state", by_protocol[p].state_ns, "3us",                                    \
             "more for a wake-up after a long time off the CPU: its state is cold"),           \
        COST(name ".item", by_protocol[p].item_ns, item,                                       \
             "CPU per message handled in a wake-up"),                                          \
        COST(name ".item-kib", by_protocol[p].item_kib_ns, "0",                                \
             "CPU per KiB handled before the write: encoding, framing"),                       \
        COST(name ".write", by_protocol[p].write_ns, write, "CPU of one write"),               \
        COST(name ".write-kib", by_protocol[p].write_kib_ns, "250ns", "CPU per KiB written"),  \
        COST(name ".write-state", by_protocol[p].write_state_ns, "0",                          \
             "more for a write after a long time off the CPU: its socket is cold"),            \
        COST(name ".settle", by_protocol[p].settle_ns, "0",                                    \
             "CPU of a delivery after its fan-out: callbacks of the write; hops: 0 alone"),    \
        COST(name ".message", by_protocol[p].message_ns, message,                              \
             "CPU of a client's message: read, parse, handle; its answer is a write more"),    \
        COST(name ".heartbeat", by_protocol[p].heartbeat_ns, "0",                              \
             "CPU of a heartbeat beside its write: timer, frame, handling its answer"),        \
        NUMBER("cost." name ".held-objects", DOUBLE, NUMBER,                                   \
               ATP(cost.by_protocol[p].held_objects), "0", 0, 1e6, OPTION_MODEL,               \
               "of an open connection, for the garbage collector", "calibrated"),              \
        NUMBER("cost." name ".renewed-objects", DOUBLE, NUMBER,                                \
               ATP(cost.by_protocol[p].renewed_objects), p == PROTOCOL_SSE ? "5" : "4", 0,     \
               1e6, OPTION_MODEL, "of these, new after each wake-up",                          \
               "FastAPI 0.92, Python 3.11: gc.get_objects"),                                   \
        NUMBER("cost." name ".first-objects", DOUBLE, NUMBER,                                  \
               ATP(cost.by_protocol[p].first_objects), "0", 0, 1e9, OPTION_MODEL,              \
               "that the process allocates for good with its first connection", "calibrated"), \
        NUMBER("cost." name ".young", DOUBLE, BYTES, ATP(cost.by_protocol[p].young_bytes),     \
               p == PROTOCOL_SSE ? "2000B" : "1700B", 0, 0x1p40, OPTION_MODEL,                 \
               "allocated for a delivery in a young generation, beside its text",              \
               "Node 20.20: v8.GCProfiler"),                                                   \
        NUMBER("cost." name ".kept", DOUBLE, BYTES, ATP(cost.by_protocol[p].kept_bytes),       \
               p == PROTOCOL_SSE ? "6300B" : "4900B", 0, 0x1p40, OPTION_MODEL,                 \
               "of an open connection, survived scavenges", "Node 20.20: v8.GCProfiler"),      \
        BYTES("cost." name ".frame", ATP(cost.by_protocol[p].frame_bytes), frame, 0, 65536,    \
              OPTION_MODEL, "bytes added to each message on the wire", frame_source)

#define CLIENT_CLASS(name, c, weight)                                                          \
    NUMBER(name ".share", DOUBLE, NUMBER, ATP(classes[c].share), weight, 0, 1e9, 0,            \
           "share of the population, relative to the other class", ""),                        \
        BYTES(name ".read-rate", ATP(classes[c].read_bps), "0", 0, 1e12, 0,                    \
              "bytes it reads per second; 0: at once", ""),                                    \
        NUMBER(name ".stalls", DOUBLE, RATE, ATP(classes[c].stall_rate_hz), "0", 0, 1e6, 0,    \
               "stalls of one client", ""),                                                    \
        TIME(name ".stall-at", ATP(classes[c].stall_at_ns), "none", 1, 1e6 * S, OPTION_NONE,   \
             "stops reading once, this long after it connected", ""),                          \
        TIME(name ".stall-for", ATP(classes[c].stall_ns), "none", 1, 1e6 * S, OPTION_NONE,     \
             "length of a stall; none: for good", ""),                                         \
        NUMBER(name ".losses", DOUBLE, RATE, ATP(classes[c].loss_rate_hz), "0", 0, 1e6, 0,     \
               "silent losses of one client: the server keeps a zombie", ""),                  \
        TIME(name ".connect-timeout", ATP(classes[c].connect_timeout_ns), "none", 1 * MS,      \
             3600 * S, OPTION_NONE,                                                            \
             "gives a connect and its handshake up; none: as the preset, or "                  \
             "when the kernel does",                                                           \
             ""),                                                                              \
        TIME(name ".silence-timeout", ATP(classes[c].silence_timeout_ns), "none", 1,           \
             86400 * S, OPTION_NONE,                                                           \
             "closes when nothing came for this long; none: as the preset", ""),               \
        CHOICE(name ".preset", ATP(classes[c].preset), "custom", presets, 0,                   \
               "how it reconnects", "models/client_preset.c names each source"),               \
        CHOICE(name ".refused", ATP(classes[c].refused), "preset", refusals, 0,                \
               "when a connect is answered and refused: as the preset (custom: retry), try "   \
               "again, or never again",                                                        \
               "WHATWG HTML 9.2.3: an EventSource fails for good; pages that make a new one "  \
               "retry")

#define PROBE_ROWS(name, k, delay, period, most)                                               \
    TIME(name ".delay", ATP(fleet.probe[k].delay_ns), delay, 0, 3600 * S, 0,                   \
         "after the start of the container", "Kubernetes: initialDelaySeconds 0"),             \
        TIME(name ".period", ATP(fleet.probe[k].period_ns), period, 1 * MS, 3600 * S,          \
             OPTION_NONE, "between two probes; none: always passed", "Kubernetes: 10 s"),      \
        TIME(name ".timeout", ATP(fleet.probe[k].timeout_ns), "1s", 1 * MS, 3600 * S, 0,       \
             "no answer within it is a failure", "Kubernetes: timeoutSeconds 1"),              \
        COUNT(name ".failures", ATP(fleet.probe[k].failures), most, 1, 1000, 0,                \
              "in a row until it fails", "Kubernetes: failureThreshold 3"),                    \
        COUNT(name ".successes", ATP(fleet.probe[k].successes), "1", 1, 1000, 0,               \
              "in a row until it passes", "Kubernetes: successThreshold 1")

#define SCALE_RULES(name, field, window, most)                                                 \
    TIME(name ".stabilisation", ATP(fleet.autoscaler.field.stabilisation_ns), window, 0,       \
         3600 * S, 0, "only as far as every recommendation within it agrees",                  \
         "Kubernetes HPA: up 0, down 300 s"),                                                  \
        COUNT(name ".pods", ATP(fleet.autoscaler.field.pods), most, 0, 1000, 0,                \
              "at most this many pods in a period; 0: no such policy",                         \
              "Kubernetes HPA: up 4, down none"),                                              \
        COUNT(name ".percent", ATP(fleet.autoscaler.field.percent), "100", 0, 10000, 0,        \
              "at most this many per cent in a period; 0: no such policy",                     \
              "Kubernetes HPA: 100"),                                                          \
        TIME(name ".period", ATP(fleet.autoscaler.field.period_ns), "15s", 1 * S, 1800 * S, 0, \
             "of both policies", "Kubernetes HPA: 15 s"),                                      \
        CHOICE(name ".select", ATP(fleet.autoscaler.field.select), "max", selects, 0,          \
               "which of the two policies counts", "Kubernetes HPA: selectPolicy Max")

#endif
