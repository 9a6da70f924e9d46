#include "tests/support/scratch_file.h"

#include <assert.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "sim/error.h"

void scratch_open(struct scratch *s)
{
    snprintf(s->directory, sizeof s->directory, "/tmp/pushsim-test-XXXXXX");
    char *made = mkdtemp(s->directory);
    assert(made);
    (void)made;
}

char *scratch_path(const struct scratch *s, const char *name)
{
    return mem_printf("%s/%s", s->directory, name);
}

char *scratch_write(const struct scratch *s, const char *name, const char *text)
{
    char *path = scratch_path(s, name);
    FILE *file = fopen(path, "w");
    assert(file);
    fputs(text, file);
    fclose(file);
    return path;
}

void scratch_close(struct scratch *s)
{
    DIR *directory = opendir(s->directory);
    struct dirent *entry;
    while (directory && (entry = readdir(directory))) {
        char *path = scratch_path(s, entry->d_name);
        unlink(path); /* "." and ".." are refused */
        free(path);
    }
    if (directory)
        closedir(directory);
    rmdir(s->directory);
}

int scratch_setup(void **state)
{
    struct scratch *s = mem_alloc(sizeof *s);
    scratch_open(s);
    *state = s;
    return 0;
}

int scratch_teardown(void **state)
{
    scratch_close(*state);
    free(*state);
    return 0;
}
