/* random_purpose.h - who draws: the purpose that names each random stream of the models.
 *
 * The numbers are part of every stored result: append, never renumber.
 */
#ifndef PUSHSIM_MODELS_RANDOM_PURPOSE_H
#define PUSHSIM_MODELS_RANDOM_PURPOSE_H

enum random_purpose {
    RANDOM_ARRIVALS = 1,       /* times of publishes */
    RANDOM_CPU_PHASES = 2,     /* phases of ticks and quota timers */
    RANDOM_COST_NOISE = 3,     /* the log-normal factor of each publish */
    RANDOM_INTERFERENCE = 4,   /* other work in the server; index: worker */
    RANDOM_GC = 5,             /* phase of garbage collection; index: worker */
    RANDOM_PACE = 6,           /* the log-normal factor of each connection; index: worker */
    RANDOM_HOST = 7,           /* how fast the host is in a replication */
    RANDOM_PARAMETERS = 8,     /* what the costs themselves may be, and the host's pace */
    RANDOM_CLOCK = 9,          /* how far the wall clock is in its second at the start */
    RANDOM_SPELLS = 10,        /* how fast the host is at each publish */
    RANDOM_RECONNECT = 16,     /* retry delays; index: client, losses and attempt, mixed */
    RANDOM_CHURN = 17,         /* which clients stall or vanish, and when */
    RANDOM_DUPLEX = 18,        /* which client sends a message, and when */
    RANDOM_PAYLOAD = 19,       /* the size of each publish */
    RANDOM_TOPICS = 20,        /* the topic of each publish */
    RANDOM_SUBSCRIPTIONS = 21, /* what a client subscribes to; index: client */
    RANDOM_BALANCER = 32,      /* which pod a new connection goes to */
    RANDOM_PROBES = 34,        /* when the first probes of a fleet come */
    RANDOM_SHED = 33,          /* which publishes are shed, and their priority */
    RANDOM_POD_START = 35,     /* how long a new pod takes to start; index: pod */
};

#endif
