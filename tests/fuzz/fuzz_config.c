/* fuzz_config.c - the experiment parser as a fuzz entry; given files, a plain program that reads
 * each once (replays a corpus: tests/cli/bad).
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "experiments/run/yaml_document.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct yaml_document doc;
    struct error err;
    if (yaml_parse(&doc, "fuzz.yaml", (const char *)data, bytes, &err) == 0) {
        yaml_error(&doc, doc.root->at, &err, "read");
        yaml_close(&doc);
    }
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
