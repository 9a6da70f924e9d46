#include "experiments/replay/server_program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "experiments/run/fnv_hash.h"

static uint64_t hash_content(uint64_t hash, FILE *f)
{
    char block[16384];
    for (size_t n; (n = fread(block, 1, sizeof block, f)) > 0;)
        hash = fnv_bytes(hash, block, n);
    return fnv_byte(hash, 1);
}

/* Where the name, as the command has it, is a file in the folder or below. */
static uint64_t hash_file(uint64_t hash, const char *dir, const char *name)
{
    size_t length = strlen(dir);
    struct stat file;
    char *path = *name == '/' ? mem_strdup(name) : mem_printf("%s/%s", dir, name);
    char *whole = realpath(path, NULL);
    bool inside = whole && strncmp(whole, dir, length) == 0 && whole[length] == '/';
    FILE *f =
        inside && stat(whole, &file) == 0 && S_ISREG(file.st_mode) ? fopen(whole, "re") : NULL;
    if (f) {
        hash = hash_content(hash, f);
        fclose(f);
    }
    free(whole);
    free(path);
    return hash;
}

static uint64_t hash_module(uint64_t hash, const char *dir, const char *word)
{
    char *name = mem_printf("%.*s.py", (int)strcspn(word, ":"), word);
    for (char *c = name; c < name + strlen(name) - strlen(".py"); c++)
        *c = *c == '.' ? '/' : *c;
    hash = hash_file(hash, dir, name);
    free(name);
    return hash;
}

uint64_t server_program_hash(const struct server_spec *spec)
{
    static const struct parameters any;
    uint64_t hash = FNV_START;
    for (size_t i = 0; spec->command[i]; i++) {
        char *word = server_spec_expand(spec, spec->command[i], &any, 0);
        const char *value = strchr(word, '=');
        hash = hash_file(hash, spec->dir, word);
        if (value)
            hash = hash_file(hash, spec->dir, value + 1);
        if (strchr(word, ':'))
            hash = hash_module(hash, spec->dir, word);
        free(word);
    }
    return hash;
}
