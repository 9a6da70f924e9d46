#include "experiments/replay/server_process.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "experiments/replay/http_fetch.h"
#include "experiments/replay/interrupt.h"
#include "experiments/replay/printable_text.h"
#include "experiments/run/monotonic.h"

#define READY_POLL_MS 20
#define FETCH_MS      1500 /* patience with one answer; the next connection may be served */

#define LOG_BYTES_MAX  (64 << 20)
#define LOG_BYTES_KEPT (1 << 20)

struct launch { /* all that the child needs, ready before the fork */
    char *command[SERVER_WORDS_MAX];
    char *environment[SERVER_WORDS_MAX];
    const char *dir;
    const struct cgroup *group;
    int cpu;
    int log_fd;
    int error_fd; /* close-on-exec: says why exec failed */
};

static void expand_words(char **out, char *const *words, const struct server_start *how)
{
    for (size_t i = 0; words[i]; i++)
        out[i] = server_spec_expand(how->spec, words[i], how->params, how->port);
}

static void die(const struct launch *l, const char *what)
{
    dprintf(l->error_fd, "%s: %s", what, strerror(errno));
    _exit(127);
}

/* In the child: every step before exec; does not return. */
static void launch_child(const struct launch *l)
{
    struct error err;
    setpgid(0, 0);
    interrupt_let_through();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (cgroup_add(l->group, getpid(), &err)) {
        dprintf(l->error_fd, "%s", err.text);
        _exit(127);
    }
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    if (l->cpu >= 0) {
        CPU_SET(l->cpu, &cpus);
        if (sched_setaffinity(0, sizeof cpus, &cpus) < 0)
            die(l, "pin to a CPU");
    }
    int null = open("/dev/null", O_RDONLY);
    dup2(null, STDIN_FILENO);
    dup2(l->log_fd, STDOUT_FILENO);
    dup2(l->log_fd, STDERR_FILENO);
    if (chdir(l->dir) < 0)
        die(l, l->dir);
    for (size_t i = 0; l->environment[i]; i++)
        putenv(l->environment[i]);
    execvp(l->command[0], l->command);
    die(l, l->command[0]);
}

/* Forks; waits until exec has worked (the pipe closes) or the child says why it has not. Without
 * `wait` it is not asked: a child under a tight limit takes its time. */
static int launch(struct server_process *server, struct launch *l, bool wait, struct error *err)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return error_set(err, ERR_IO, "pipe: %s", strerror(errno));
    l->error_fd = ends[1];
    pid_t pid = fork();
    if (pid == 0)
        launch_child(l);
    if (pid > 0)
        setpgid(pid, pid); /* here, too: the group is there for whoever ends it next */
    close(ends[1]);
    char why[512] = "";
    ssize_t n = pid < 0 ? -1 : wait ? read(ends[0], why, sizeof why - 1) : 0;
    close(ends[0]);
    if (n == 0) {
        server->pid = pid;
        return 0;
    }
    if (pid < 0)
        return error_set(err, ERR_IO, "fork: %s", strerror(errno));
    waitpid(pid, NULL, 0);
    return error_set(err, ERR_UNAVAILABLE, "%s", why);
}

static int start_in(struct server_process *server, const struct server_start *how, int log_fd,
                    bool wait, struct error *err)
{
    struct launch l = { .dir = how->spec->dir, .group = how->group, .cpu = how->cpu };
    l.log_fd = log_fd;
    expand_words(l.command, how->spec->command, how);
    expand_words(l.environment, how->spec->environment, how);
    int rc = launch(server, &l, wait, err);
    server_spec_free_words(l.command);
    server_spec_free_words(l.environment);
    if (rc == ERR_UNAVAILABLE && how->spec->needs)
        error_wrap(err, rc, "needs '%s'", how->spec->needs);
    return rc;
}

/* The end of what the server wrote, on one line: '|' for its ends of lines but the last. */
static void last_words(const struct server_process *server, char *out, size_t room)
{
    out[0] = '\0';
    struct stat now;
    if (server->pid == 0 || fstat(server->log_fd, &now) < 0)
        return;
    off_t from = now.st_size > (off_t)room - 1 ? now.st_size - (off_t)room + 1 : 0;
    ssize_t n = pread(server->log_fd, out, room - 1, from);
    while (n > 0 && isspace((unsigned char)out[n - 1]))
        n--;
    out[n > 0 ? n : 0] = '\0';
    for (ssize_t i = 0; i < n; i++)
        out[i] = out[i] == '\n' ? '|' : isspace((unsigned char)out[i]) ? ' ' : out[i];
    printable_text(out, n > 0 ? (size_t)n : 0);
}

/* A hole, so that the server goes on where it is; file systems that have none keep it all. */
void server_process_trim_log(const struct server_process *server)
{
    struct stat now;
    if (server->pid > 0 && fstat(server->log_fd, &now) == 0 &&
        now.st_blocks * 512LL >= LOG_BYTES_MAX)
        fallocate(server->log_fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
                  now.st_size - LOG_BYTES_KEPT);
}

static void describe_end(const struct server_process *server, char *out, size_t room)
{
    siginfo_t info = { 0 };
    if (server->pid == 0 ||
        waitid(P_PID, (id_t)server->pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0 ||
        !info.si_pid)
        snprintf(out, room, " (it could not be started again)");
    else
        snprintf(out, room, " (%s %d)", info.si_code == CLD_EXITED ? "status" : "signal",
                 info.si_status);
}

/* `what` has happened: with what the server wrote. */
static int with_last_words(const struct server_process *server, const char *what,
                           struct error *err)
{
    char said[400];
    last_words(server, said, sizeof said);
    return error_set(err, ERR_STATE, "%s%s%s", what, said[0] ? "; it wrote: " : "", said);
}

static int ended(const struct server_process *server, const struct cgroup *group,
                 const char *when, struct error *err)
{
    char how[64], what[256];
    describe_end(server, how, sizeof how);
    snprintf(
        what, sizeof what, "the server ended %s%s%s", when, how,
        cgroup_is_populated(group)
            ? ", but what it started lives on: it put itself into the background; start it "
              "in the foreground"
            : "");
    return with_last_words(server, what, err);
}

int server_process_ended(struct server_process *server, const struct cgroup *group,
                         struct error *err)
{
    return ended(server, group, "by itself", err);
}

/* One question; its error is kept in `last`. One that the end of our patience cut short says nothing
 * of the server, so it replaces none. */
static bool is_ready(const struct endpoint *ready, int64_t left_ns, struct error *last)
{
    struct error why;
    int64_t asked_ns = monotonic_ns(), left_ms = left_ns / 1000000;
    int patience_ms = left_ms < FETCH_MS ? (int)left_ms + 1 : FETCH_MS;
    if (http_answers(ready, patience_ms, &why) == 0)
        return true;
    bool cut = patience_ms < FETCH_MS && monotonic_ns() - asked_ns >= left_ns;
    if (!cut || !*last->text)
        *last = why;
    return false;
}

static int ask_until_ready(struct server_process *server, const struct server_start *how,
                           const struct endpoint *ready, struct error *err)
{
    struct error last = { "" };
    int64_t end_ns = monotonic_ns() + how->ready_ms * INT64_C(1000000);
    for (int64_t left_ns; (left_ns = end_ns - monotonic_ns()) > 0;) {
        int interrupted = interrupt_check(err);
        if (interrupted)
            return interrupted;
        server_process_trim_log(server);
        bool answered = is_ready(ready, left_ns, &last);
        if (!server_process_alive(server)) /* then it was not the server that answered */
            return ended(server, how->group, "before it was ready", err);
        if (answered)
            return 0;
        nanosleep(&(struct timespec){ .tv_nsec = READY_POLL_MS * 1000000L }, NULL);
    }
    char what[sizeof last.text + 64];
    snprintf(what, sizeof what, "the server did not become ready in %g s: %s",
             how->ready_ms / 1e3, last.text);
    return with_last_words(server, what, err);
}

static int wait_ready(struct server_process *server, const struct server_start *how,
                      struct error *err)
{
    struct endpoint ready;
    char *url = server_spec_expand(how->spec, how->spec->ready, how->params, how->port);
    int rc = endpoint_parse(&ready, url, err);
    free(url);
    rc = rc ? rc : ask_until_ready(server, how, &ready, err);
    if (rc)
        server_process_stop(server);
    return rc;
}

/* `wait`: for the program to be running; nobody waits until it is ready. */
static int start_process(struct server_process *server, const struct server_start *how,
                         bool wait, struct error *err)
{
    char path[] = "/tmp/pushsim-server-XXXXXX";
    int log_fd = mkostemp(path, O_CLOEXEC);
    if (log_fd < 0)
        return error_set(err, ERR_IO, "%s: %s", path, strerror(errno));
    unlink(path); /* so that nothing stays, however we end */
    *server = (struct server_process){ .log_fd = log_fd };
    int rc = start_in(server, how, log_fd, wait, err);
    if (rc)
        close(log_fd);
    return rc;
}

int server_process_start(struct server_process *server, const struct server_start *how,
                         struct error *err)
{
    int rc = start_process(server, how, true, err);
    if (rc == 0)
        rc = wait_ready(server, how, err);
    return rc ? error_wrap(err, rc, "server '%s'", how->spec->name) : 0;
}

void server_process_kill(struct server_process *server)
{
    if (server->pid > 0)
        kill(-server->pid, SIGKILL);
}

int server_process_again(struct server_process *server, const struct server_start *how,
                         bool *started, struct error *err)
{
    *started = !server_process_alive(server);
    if (!*started)
        return 0;
    server_process_stop(server);
    int rc = start_process(server, how, false, err);
    return rc ? error_wrap(err, rc, "server '%s'", how->spec->name) : 0;
}

bool server_process_alive(struct server_process *server)
{
    siginfo_t info = { 0 };
    if (server->pid == 0)
        return false;
    return waitid(P_PID, (id_t)server->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == 0;
}

void server_process_stop(struct server_process *server)
{
    if (server->pid == 0)
        return;
    server_process_kill(server);
    waitpid(server->pid, NULL, 0);
    server->pid = 0;
    close(server->log_fd);
}
