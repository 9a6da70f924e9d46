/* scratch_file.h - files of a test, in a directory of its own that is removed with them. */
#ifndef PUSHSIM_TESTS_SUPPORT_SCRATCH_FILE_H
#define PUSHSIM_TESTS_SUPPORT_SCRATCH_FILE_H

struct scratch {
    char directory[64];
};

void scratch_open(struct scratch *s);
void scratch_close(struct scratch *s); /* removes the directory and the files in it */
/* For cmocka, of a test or of a group: *state is a struct scratch. */
int scratch_setup(void **state);
int scratch_teardown(void **state);
/* Path of a file in it, allocated with malloc. */
char *scratch_path(const struct scratch *s, const char *name);
/* Writes the file; returns its path as scratch_path does. */
char *scratch_write(const struct scratch *s, const char *name, const char *text);

#endif
