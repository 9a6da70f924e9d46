#include "experiments/replay/http_fetch.h"

#include <arpa/inet.h>
#include <errno.h>
#include <http_parser.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "experiments/replay/interrupt.h"
#include "experiments/run/monotonic.h"

#define BODY_MAX (1 << 20)
#define TAKEN_MS 1000
#define SLICE_MS 50 /* of waiting, between two looks whether we are interrupted */

struct reader {
    char *body;
    size_t bytes;
    bool head_alone; /* the answer's end is not waited for */
    bool complete;
};

/* Path and query as they are asked for; a URL may begin the query without a path (RFC 9112, 3.2.1). */
static int find_path(struct endpoint *e, const char *url, const struct http_parser_url *u,
                     struct error *err)
{
    bool has_path = u->field_set & (1 << UF_PATH), has_query = u->field_set & (1 << UF_QUERY);
    const char *from = has_path    ? url + u->field_data[UF_PATH].off
                       : has_query ? url + u->field_data[UF_QUERY].off - 1
                                   : "";
    int length = snprintf(e->path, sizeof e->path, "%s%.*s", has_path ? "" : "/",
                          (int)strcspn(from, "#"), from);
    if (length >= (int)sizeof e->path)
        return error_set(err, ERR_INVALID, "'%.40s…': the path is too long", url);
    return 0;
}

int endpoint_parse(struct endpoint *e, const char *url, struct error *err)
{
    struct http_parser_url u;
    struct endpoint parsed = { .address = { .sin_family = AF_INET } };
    http_parser_url_init(&u);
    if (http_parser_parse_url(url, strlen(url), 0, &u) || !(u.field_set & (1 << UF_HOST)))
        return error_set(err, ERR_INVALID, "'%s' is not a URL", url);
    char host[64];
    snprintf(host, sizeof host, "%.*s", u.field_data[UF_HOST].len,
             url + u.field_data[UF_HOST].off);
    int port = u.field_set & (1 << UF_PORT) ? u.port : 80;
    const char *numeric = strcmp(host, "localhost") == 0 ? "127.0.0.1" : host;
    if (inet_pton(AF_INET, numeric, &parsed.address.sin_addr) != 1)
        return error_set(err, ERR_INVALID, "'%s': the host must be an IPv4 address", url);
    parsed.address.sin_port = htons((uint16_t)port);
    snprintf(parsed.host, sizeof parsed.host, "%s:%d", host, port);
    int code = find_path(&parsed, url, &u, err);
    if (code == 0)
        *e = parsed;
    return code;
}

static int on_body(http_parser *parser, const char *data, size_t bytes)
{
    struct reader *r = parser->data;
    if (r->bytes + bytes > BODY_MAX)
        return -1;
    r->body = mem_realloc(r->body, r->bytes + bytes + 1);
    memcpy(r->body + r->bytes, data, bytes);
    r->bytes += bytes;
    r->body[r->bytes] = '\0';
    return 0;
}

/* An interim answer (1xx) is followed by the one that counts (RFC 9110, 15.2). */
static int on_complete(http_parser *parser)
{
    struct reader *r = parser->data;
    r->complete |= parser->status_code / 100 != 1;
    return 0;
}

static int on_headers(http_parser *parser)
{
    struct reader *r = parser->data;
    return r->head_alone ? on_complete(parser) : 0;
}

/* False, and errno: nothing came until then (monotonic), or we were interrupted. */
static bool await_data(int fd, int64_t end_ns)
{
    struct pollfd p = { .fd = fd, .events = POLLIN };
    struct error ignored;
    while (monotonic_ns() < end_ns) {
        if (poll(&p, 1, SLICE_MS) > 0)
            return true;
        if (interrupt_check(&ignored)) {
            errno = EINTR;
            return false;
        }
    }
    errno = ETIMEDOUT;
    return false;
}

/* Reads one answer from the socket; its status, or -1 and errno. */
static int read_answer(int fd, struct reader *r, int64_t end_ns)
{
    http_parser parser;
    http_parser_settings settings;
    http_parser_settings_init(&settings);
    settings.on_headers_complete = on_headers;
    settings.on_body = on_body;
    settings.on_message_complete = on_complete;
    http_parser_init(&parser, HTTP_RESPONSE);
    parser.data = r;
    char block[16384];
    while (!r->complete) {
        ssize_t n = await_data(fd, end_ns) ? read(fd, block, sizeof block) : -1;
        if (n < 0)
            return -1;
        size_t used = http_parser_execute(&parser, &settings, block, (size_t)n);
        if (!r->complete && (n == 0 || used != (size_t)n)) {
            errno = n == 0 ? ECONNRESET : EPROTO;
            return -1;
        }
    }
    return parser.status_code;
}

static int ask(int fd, const struct endpoint *e, struct reader *r, int timeout_ms)
{
    int64_t end_ns = monotonic_ns() + timeout_ms * INT64_C(1000000);
    if (connect(fd, (const struct sockaddr *)&e->address, sizeof e->address) < 0)
        return -1;
    char request[700];
    int length =
        snprintf(request, sizeof request,
                 "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", e->path, e->host);
    if (write(fd, request, (size_t)length) != length)
        return -1;
    return read_answer(fd, r, end_ns);
}

/* Connecting and writing take so long at most. */
static int open_socket(int timeout_ms)
{
    struct timeval limit = { timeout_ms / 1000, timeout_ms % 1000 * 1000 };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0)
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    return fd;
}

static int fetch(struct reader *r, const struct endpoint *e, int timeout_ms, struct error *err)
{
    int fd = open_socket(timeout_ms);
    if (fd < 0)
        return error_set(err, ERR_IO, "socket: %s", strerror(errno));
    int status = ask(fd, e, r, timeout_ms);
    int cause = errno;
    close(fd);
    if (status / 100 == 2)
        return 0;
    if (status < 0)
        return error_set(err, ERR_IO, "http://%s%s: %s", e->host, e->path,
                         cause == EPROTO ? "what it answers is no HTTP" : strerror(cause));
    return error_set(err, ERR_IO, "http://%s%s: status %d", e->host, e->path, status);
}

int http_fetch(char **body, const struct endpoint *e, int timeout_ms, struct error *err)
{
    struct reader r = { .body = mem_strdup("") };
    int rc = fetch(&r, e, timeout_ms, err);
    if (rc)
        free(r.body);
    else
        *body = r.body;
    return rc;
}

int http_answers(const struct endpoint *e, int timeout_ms, struct error *err)
{
    struct reader r = { .head_alone = true };
    int rc = fetch(&r, e, timeout_ms, err);
    free(r.body);
    return rc;
}

bool endpoint_is_taken(const struct endpoint *e)
{
    int fd = open_socket(TAKEN_MS);
    if (fd < 0)
        return false;
    bool taken = connect(fd, (const struct sockaddr *)&e->address, sizeof e->address) == 0 ||
                 errno == EINPROGRESS; /* its queue is full */
    close(fd);
    return taken;
}

int endpoint_free_port(int *port, struct error *err)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) < 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) < 0) {
        int cause = errno;
        if (fd >= 0)
            close(fd);
        return error_set(err, ERR_IO, "no free port: %s", strerror(cause));
    }
    close(fd);
    *port = ntohs(address.sin_port);
    return 0;
}
