/* named_file.h - files that an experiment names: where they lie, what they are called. */
#ifndef PUSHSIM_EXPERIMENTS_RUN_NAMED_FILE_H
#define PUSHSIM_EXPERIMENTS_RUN_NAMED_FILE_H

#include <stdbool.h>

/* `file` as a path from the working directory, when it was named in the file `by`; allocated. */
char *named_file_resolve(const char *by, const char *file);
/* "dir/knee.yaml" -> "knee", allocated. */
char *named_file_stem(const char *path);
/* Is it there, a file that ends (no directory, no device), and may be read? */
bool named_file_readable(const char *path);

#endif
