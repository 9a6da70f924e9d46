/* main.c - pushsim: picks the subcommand. */
#include <argp.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "experiments/cli/commands.h"
#include "experiments/run/version.h"

struct command {
    const char *name;
    const char *help;
    int (*run)(int argc, char **argv);
};

#define COMMAND_ROW(name, help) { #name, help, cmd_##name },
static const struct command commands[] = { COMMANDS(COMMAND_ROW) };
#define COMMAND_COUNT (sizeof commands / sizeof *commands)

static void print_version(FILE *stream, struct argp_state *state)
{
    (void)state;
    fprintf(stream, "pushsim %s\n", version_text());
}

void (*argp_program_version_hook)(FILE *, struct argp_state *) = print_version;

int command_fail(int code, const struct error *err)
{
    fprintf(stderr, "%s%s\n", code == ERR_INVALID ? "" : "pushsim: ", err->text);
    if (code > ERR_INTERRUPTED)
        return code;
    return code == ERR_INVALID ? EXIT_INPUT : EXIT_FAILED;
}

error_t command_parse_database(int key, char *arg, struct argp_state *state, const char **db)
{
    switch (key) {
    case ARGP_KEY_ARG:
        if (*db)
            argp_error(state, "one database at a time: '%s' is one too many", arg);
        *db = arg;
        return 0;
    case ARGP_KEY_END:
        if (!*db)
            argp_error(state, "which database?");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void print_help(FILE *stream)
{
    fputs("Usage: pushsim COMMAND [OPTION...] [ARG...]\n"
          "What breaks first in a push service when the CPU limit bites, and when.\n\n",
          stream);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        fprintf(stream, "  %-10s %s\n", commands[i].name, commands[i].help);
    fputs(
        "\n'pushsim COMMAND --help' tells the rest.\n"
        "Exit status: 0 done, 1 failed in running, 2 bad configuration or input, "
        "64 bad usage,\n99 done, but a threshold of the slo is broken, 128 + n interrupted by "
        "signal n.\n",
        stream);
}

/* A table that was cut off (full disk) is no success, whatever the command made of its work. At
 * the exit, since argp leaves by exit() once it has printed its help. */
static void end_output(int status, void *unused)
{
    (void)unused;
    bool cut = ferror(stdout) != 0;
    errno = 0;
    cut |= fflush(stdout) != 0;
    if (!cut || status == EXIT_FAILED)
        return;
    fprintf(stderr, "pushsim: cannot write the output%s%s\n", errno ? ": " : "",
            errno ? strerror(errno) : "");
    _exit(EXIT_FAILED);
}

static int dispatch(const struct command *command, int argc, char **argv)
{
    char name[64];
    snprintf(name, sizeof name, "pushsim %s", command->name);
    argv[0] = name;
    return command->run(argc, argv);
}

int main(int argc, char **argv)
{
    on_exit(end_output, NULL);
    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        print_help(stdout);
        return EXIT_DONE;
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
        print_version(stdout, NULL);
        return EXIT_DONE;
    }
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return dispatch(&commands[i], argc - 1, argv + 1);
    fprintf(stderr, "pushsim: unknown command '%s' (see pushsim --help)\n", argv[1]);
    return EXIT_USAGE;
}
