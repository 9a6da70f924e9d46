/* any_server PORT - the null server as a program of its own: "any other server" in the tests. */
#include <stdio.h>
#include <stdlib.h>

#include "experiments/replay/null_server.h"

int main(int argc, char **argv)
{
    struct error err;
    int port = argc == 2 ? atoi(argv[1]) : 0;
    if (port < 1 || port > 65535) {
        fprintf(stderr, "usage: any_server PORT (1 to 65535)\n");
        return 64;
    }
    null_server_run(port, &err);
    fprintf(stderr, "any_server: %s\n", err.text);
    return 1;
}
