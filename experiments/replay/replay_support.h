/* replay_support.h - what a run asks for that the real arm, or this server, cannot do.
 *
 * The real arm never plays less than it was asked: an option that would change nothing there is
 * refused by name. What a server can be told is what its description has placeholders for. What
 * every server has in some way of its own, told or not (how long its queues may be), is not
 * refused.
 */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_REPLAY_SUPPORT_H
#define PUSHSIM_EXPERIMENTS_REPLAY_REPLAY_SUPPORT_H

#include "experiments/replay/server_spec.h"
#include "experiments/run/settings.h"

/* ERR_INVALID: the text names the option. spec NULL: which server is not known yet. */
int replay_supports(const struct parameters *p, const struct server_spec *spec,
                    struct error *err);

/* The first option that was given and that this server, which has its own, is not told; NULL: none.
 * A static text. */
const char *replay_untold(const struct settings *s, const struct server_spec *spec);

#endif
