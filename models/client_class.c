#include "models/client_class.h"

#include <assert.h>

#include "models/client_preset.h"

int64_t client_class_first(const struct client_class *list, int classes, int64_t n, int c)
{
    assert(c >= 0 && c <= classes && classes > 0);
    if (c == classes)
        return n;
    double before = 0, all = 0;
    for (int i = 0; i < classes; i++) {
        before += i < c ? list[i].share : 0;
        all += list[i].share;
    }
    assert(all > 0);
    /* the small addend undoes binary fractions just below a whole number: 0.1 + 0.2 of 10 */
    return (int64_t)((double)n * before / all + 1e-6);
}

int client_class_of(const struct client_class *list, int classes, int64_t n, int64_t client)
{
    assert(client >= 0 && client < n);
    int c = classes - 1;
    while (c > 0 && client < client_class_first(list, classes, n, c))
        c--;
    return c;
}

/* Without a preset: one that sets nothing. */
static const struct client_preset *preset_of(const struct client_class *k)
{
    static const struct client_preset none = { 0 };
    return k->preset == 0 ? &none : &client_presets[k->preset - 1];
}

int64_t client_class_connect_timeout_ns(const struct client_class *k)
{
    return k->connect_timeout_ns > 0 ? k->connect_timeout_ns : preset_of(k)->connect_timeout_ns;
}

bool client_class_counts_pings(const struct client_class *k,
                               const struct heartbeat_params *server)
{
    return k->silence_timeout_ns == 0 && preset_of(k)->counts_pings && server->period_ns > 0;
}

int64_t client_class_silence_timeout_ns(const struct client_class *k,
                                        const struct heartbeat_params *server)
{
    if (client_class_counts_pings(k, server))
        return server->period_ns + server->pong_timeout_ns;
    return k->silence_timeout_ns > 0 ? k->silence_timeout_ns : preset_of(k)->silence_timeout_ns;
}

bool client_class_refused_ends(const struct client_class *k)
{
    return k->refused == REFUSED_AS_PRESET ? preset_of(k)->refused_ends
                                           : k->refused == REFUSED_STOP;
}
