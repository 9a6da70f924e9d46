/* cmd_null.c - pushsim null: a push server that does nothing but fan out. */
#include <argp.h>
#include <stdio.h>

#include "experiments/cli/commands.h"
#include "experiments/replay/null_server.h"
#include "experiments/run/units.h"

static error_t parse(int key, char *arg, struct argp_state *state)
{
    int *port = state->input;
    struct error err;
    double value;
    switch (key) {
    case ARGP_KEY_ARG:
        if (state->arg_num > 0)
            argp_error(state, "one port at a time: '%s' is one too many", arg);
        if (unit_parse(arg, UNIT_COUNT, &value, &err) || value < 1 || value > 65535)
            argp_error(state, "PORT %s: must be between 1 and 65535", arg);
        *port = (int)value;
        return 0;
    case ARGP_KEY_END:
        if (state->arg_num == 0)
            argp_error(state, "which port?");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    NULL,
    parse,
    "PORT",
    "Serve SSE and WebSocket on 127.0.0.1 and do nothing but fan out, until it is ended: the "
    "server against which the load client measures its own floor.",
    NULL,
    NULL,
    NULL,
};

int cmd_null(int argc, char **argv)
{
    struct error err;
    int port = 0;
    argp_parse(&argp, argc, argv, 0, NULL, &port);
    return command_fail(null_server_run(port, &err), &err);
}
