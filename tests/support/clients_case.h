/* clients_case.h - clients of one class and a server that answers SYNs as it is told and notes
 * what it hears. */
#ifndef PUSHSIM_TESTS_SUPPORT_CLIENTS_CASE_H
#define PUSHSIM_TESTS_SUPPORT_CLIENTS_CASE_H

#include "models/clients.h"

struct clients_case {
    struct simulation sim;
    struct clients clients;
    enum syn_answer answer;
    int syns, left, closes, vanished, stalled, cut_off;
    int64_t syn_ns[64];   /* when the last of them came, in turn */
    int64_t until_ns;     /* of the last stall or outage */
    int64_t tells_ns;     /* of the last that vanished */
    int64_t last_sent_ns; /* what it says of messages; -1 at first */
};

/* None connected yet; they come back as the preset does. */
void clients_case_init(struct clients_case *f, const struct client_class *klass,
                       const char *preset, uint32_t count);
void clients_case_close(struct clients_case *f);

#endif
