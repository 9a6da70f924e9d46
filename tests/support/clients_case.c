#include "tests/support/clients_case.h"

#include <string.h>

#include "tests/support/preset_named.h"

static enum syn_answer hear_syn(void *server, uint32_t client)
{
    struct clients_case *f = server;
    (void)client;
    f->syn_ns[f->syns++ % 64] = f->sim.now_ns;
    return f->answer;
}

static void hear_left(void *server, uint32_t client)
{
    (void)client;
    ((struct clients_case *)server)->left++;
}

static void hear_vanished(void *server, uint32_t client, int64_t tells_ns)
{
    struct clients_case *f = server;
    (void)client;
    f->vanished++;
    f->tells_ns = tells_ns;
}

static void hear_cut_off(void *server, uint32_t client, int64_t until_ns)
{
    struct clients_case *f = server;
    (void)client;
    f->cut_off++;
    f->until_ns = until_ns;
}

static void hear_stalled(void *server, uint32_t client, int64_t until_ns)
{
    struct clients_case *f = server;
    (void)client;
    f->stalled++;
    f->until_ns = until_ns;
}

static int64_t hear_last_sent(void *server, uint32_t client)
{
    (void)client;
    return ((struct clients_case *)server)->last_sent_ns;
}

static void hear_closes(void *server, uint32_t client)
{
    (void)client;
    ((struct clients_case *)server)->closes++;
}

static const struct clients_server hear_ops = { hear_syn,       hear_left,    hear_closes,
                                                hear_vanished,  hear_cut_off, hear_stalled,
                                                hear_last_sent, NULL };
static const struct heartbeat_params no_pings = { 0 };
static const struct accept_params kernel = { .syn_retries = 6 };

void clients_case_init(struct clients_case *f, const struct client_class *klass,
                       const char *preset, uint32_t count)
{
    memset(f, 0, sizeof *f);
    f->last_sent_ns = -1;
    simulation_init(&f->sim);
    struct clients_params p = { .classes = klass,
                                .class_count = 1,
                                .heartbeat = &no_pings,
                                .reconnect = { &preset_named(preset)->reconnect },
                                .accept = &kernel,
                                .count = count,
                                .seed = 3,
                                .server = &hear_ops,
                                .server_object = f };
    clients_init(&f->clients, &f->sim, &p);
}

void clients_case_close(struct clients_case *f)
{
    clients_close(&f->clients);
    simulation_close(&f->sim);
}
