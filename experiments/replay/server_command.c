#include "experiments/replay/server_command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATH_DEFAULT "/bin:/usr/bin" /* of execvp */

static bool can_run(char *path)
{
    bool can = access(path, X_OK) == 0;
    free(path);
    return can;
}

/* The entries of PATH that are not absolute, as the empty one, begin where the server starts. */
static bool in_path(const char *dir, const char *word)
{
    const char *entry = getenv("PATH");
    for (entry = entry ? entry : PATH_DEFAULT;; entry++) {
        int length = (int)strcspn(entry, ":");
        if (can_run(mem_printf("%s%s%.*s/%s", *entry == '/' ? "" : dir,
                               *entry == '/' ? "" : "/", length, entry, word)))
            return true;
        entry += length;
        if (!*entry)
            return false;
    }
}

static bool is_there(const char *dir, const char *word)
{
    if (!strchr(word, '/'))
        return in_path(dir, word);
    return can_run(*word == '/' ? mem_strdup(word) : mem_printf("%s/%s", dir, word));
}

static bool is_left_to_start(const struct server_spec *spec)
{
    for (size_t i = 0; spec->environment[i]; i++)
        if (strncmp(spec->environment[i], "PATH=", 5) == 0)
            return true;
    return strchr(spec->command[0], '{') != NULL;
}

int server_command_check(const struct server_spec *spec, struct error *err)
{
    const char *word = spec->command[0];
    if (is_left_to_start(spec) || is_there(spec->dir, word))
        return 0;
    int code = error_set(err, ERR_UNAVAILABLE, "%s: %s", word, strerror(errno));
    return spec->needs ? error_wrap(err, code, "needs '%s'", spec->needs) : code;
}
