/* fuzz_config.c - the experiment parser as a fuzz entry: the text as a YAML document, as an
 * experiment, and its plan. Nothing is written; files that an experiment names are read. Given
 * files, a plain program that reads each once (replays a corpus: tests/cli/bad). `make fuzz`.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/run/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void parse_experiment(const char *text)
{
    struct experiment e;
    struct plan plan;
    struct error err;
    if (config_parse(&e, "fuzz.yaml", text, NULL, 0, &err))
        return;
    if (plan_build(&plan, &e, &err) == 0)
        plan_close(&plan);
    config_close(&e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct yaml_document doc;
    struct error err;
    if (yaml_parse(&doc, "fuzz.yaml", (const char *)data, bytes, &err) == 0) {
        yaml_error(&doc, doc.root->at, &err, "read");
        yaml_close(&doc);
    }
    char *text = mem_alloc(bytes + 1); /* its end is a zero */
    if (bytes > 0)
        memcpy(text, data, bytes);
    parse_experiment(text);
    free(text);
    return 0;
}

#ifndef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        FILE *file = fopen(argv[i], "rb");
        if (!file) {
            perror(argv[i]);
            return 1;
        }
        uint8_t *data = mem_alloc(1 << 22);
        size_t bytes = fread(data, 1, 1 << 22, file);
        fclose(file);
        LLVMFuzzerTestOneInput(data, bytes);
        free(data);
    }
    return 0;
}
#endif
