#!/usr/bin/env python3
"""Every described server does what a description promises, on both protocols:

  * ten subscribers each receive five publishes, in order;
  * a subscriber that does not read holds nobody up, and (where the server counts them) its drops
    are counted;
  * a client that leaves is noticed;
  * a client's message is answered, where the description has a URL for messages;
  * the other two ways to fan out do what they are shown for, where the server can be told.

A server whose programs are not installed is skipped with a line that says so.
usage: servers_smoke.py [NAME...]      (BUILD: the build folder, for the null server)
"""

import asyncio
import base64
import glob
import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
from urllib.parse import urlsplit

try:
    import yaml
except ImportError:
    print("SKIPPED: needs python3-yaml")
    sys.exit(77)

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, os.environ.get("BUILD", "build"))
SERVERS = os.path.join(ROOT, "experiments/replay/servers")
SUBSCRIBERS = 10
PUBLISHES = 5
QUEUE = 8  # messages a subscriber's queue holds: small, so that drops come soon
WAIT_S = 10  # for anything that must happen; nothing here measures time
SERVER_S = 60  # for one server, should something wait for ever
REPLY_BYTES = 20
BIG_BYTES = 64 * 1024
BIG_PUBLISHES = 400  # 25 MiB: more than sockets and queue together can hold


class Failure(Exception):
    """A promise that was not kept."""


def missing(name):
    """What a shipped server needs and this host does not have, or None."""
    if name == "any-server":
        program = os.path.join(BUILD, "tests/servers/any_server")
        return None if os.access(program, os.X_OK) else program
    if name == "nginx-nchan":
        for path in ("/usr/sbin/nginx", "/usr/lib/nginx/modules/ngx_nchan_module.so"):
            if not os.path.exists(path):
                return path
    if name == "node-ws":
        if not shutil.which("node"):
            return "node"
        if not os.path.exists(os.path.join(SERVERS, "node/node_modules/ws")):
            return "ws (make servers)"
    if name == "fastapi-uvicorn":
        probe = "import fastapi, uvicorn, uvloop, httptools, websockets"
        if subprocess.run(["/usr/bin/python3", "-c", probe], stderr=subprocess.DEVNULL).returncode:
            return probe
    return None


class Server:
    """A server process started from its description, in a process group of its own."""

    def __init__(self, path, **holders):
        with open(path, encoding="utf-8") as file:
            self.spec = yaml.safe_load(file)
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self.holders = {
            "port": self.port, "dir": os.path.dirname(path), "loop": "uvloop", "workers": 1,
            "queue": QUEUE, "policy": "drop-oldest", "ping_interval": 1000000,
            "ping_timeout": 1000000, "write_timeout": 1000000, "reply": REPLY_BYTES,
            "heartbeat": 86400, "auth_workers": 0, "auth_service": 0, "auth_timeout": 86400,
            "buffers": "stack", "fan_out": "queues", **holders,
        }
        self.log = tempfile.TemporaryFile()
        environment = {k: self.expand(v) for k, v in self.spec.get("environment", {}).items()}
        path_with_build = f"{BUILD}/tests/servers:{os.environ['PATH']}"
        self.process = subprocess.Popen(
            [self.expand(word) for word in self.spec["command"]],
            cwd=self.holders["dir"], env={**os.environ, "PATH": path_with_build, **environment},
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, start_new_session=True,
        )

    def expand(self, text):
        for name, value in self.holders.items():
            text = text.replace("{" + name + "}", str(value))
        return text

    def path(self, key):
        return urlsplit(self.expand(self.spec[key])).path

    def stop(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass  # it had ended by itself, which is what is to be told
        self.process.wait()

    def said(self):
        self.log.seek(0)
        return self.log.read().decode(errors="replace")[-2000:]

    async def request(self, method, path, body=b""):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(
            f"{method} {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n"
            f"Content-Length: {len(body)}\r\n\r\n".encode() + body
        )
        head = await reader.readuntil(b"\r\n\r\n")
        status = int(head.split()[1])
        length = re.search(rb"(?i)content-length: *(\d+)", head)
        answer = await reader.readexactly(int(length[1])) if length else b""
        writer.close()
        if status // 100 != 2:
            raise Failure(f"{method} {path}: status {status}")
        return answer.decode()

    async def publish(self, message):
        await self.request("POST", self.path("publish"), message.encode())

    async def ready(self):
        for _ in range(WAIT_S * 20):
            if self.process.poll() is not None:
                raise Failure(f"ended before it was ready: {self.said()}")
            try:
                return await self.request("GET", self.path("ready"))
            except OSError:
                await asyncio.sleep(0.05)
        raise Failure("not ready in time")

    async def counter(self, which):
        """The counter that the description names so: from JSON or from lines of name: number."""
        text = await self.request("GET", urlsplit(self.expand(self.spec["stats"]["url"])).path)
        name = self.spec["stats"][which]
        if text.startswith("{"):
            return json.loads(text)[name]
        return int(re.search(rf"^{name}: (\d+)", text, re.M)[1])

    async def wait_counter(self, which, reached, text):
        for _ in range(WAIT_S * 20):
            value = await self.counter(which)
            if reached(value):
                return
            await asyncio.sleep(0.05)
        raise Failure(f"{text}: {which} is {value}")


class Subscriber:
    """A connection on one protocol; reads whole messages."""

    @classmethod
    async def connect(cls, server, protocol, receive_buffer=0):
        self = cls()
        self.protocol = protocol
        sock = socket.socket()
        if receive_buffer:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        sock.connect(("127.0.0.1", server.port))
        # a reader with a limit of its own stops reading when nobody takes from it
        self.reader, self.writer = await asyncio.open_connection(sock=sock, limit=BIG_BYTES * 2)
        head = f"GET {server.path(protocol)} HTTP/1.1\r\nHost: test\r\n"
        if protocol == "sse":
            head += "Accept: text/event-stream\r\n\r\n"
        else:
            key = base64.b64encode(os.urandom(16)).decode()
            head += ("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                     f"Sec-WebSocket-Key: {key}\r\n\r\n")
        self.writer.write(head.encode())
        answer = await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), WAIT_S)
        expected = b"200" if protocol == "sse" else b"101"
        if answer.split()[1] != expected:
            raise Failure(f"{protocol}: answered {answer!r}")
        return self

    async def message(self):
        if self.protocol == "sse":
            return await self.sse_message()
        return await self.websocket_message()

    async def sse_message(self):
        while True:  # sizes of chunks, comments, ids and empty lines stand between the data
            line = await self.reader.readline()
            if line == b"":
                raise Failure("sse: the server closed the stream")
            if line.startswith(b"data: "):
                return line[6:].rstrip(b"\r\n").decode()

    async def websocket_message(self):
        head = await self.reader.readexactly(2)
        size = head[1]
        if size == 126:
            size, = struct.unpack("!H", await self.reader.readexactly(2))
        elif size == 127:
            size, = struct.unpack("!Q", await self.reader.readexactly(8))
        payload = await self.reader.readexactly(size)
        return payload.decode() if head[0] == 0x81 else await self.websocket_message()

    def send(self, text):
        """A short masked text frame, its key zero."""
        self.writer.write(bytes([0x81, 0x80 | len(text), 0, 0, 0, 0]) + text.encode())

    def leave(self):
        """As a program that is killed: no close frame."""
        self.writer.transport.abort()


async def check_fan_out(server, protocol):
    subscribers = [await Subscriber.connect(server, protocol) for _ in range(SUBSCRIBERS)]
    await server.wait_counter("subscribers", lambda n: n == SUBSCRIBERS, f"{protocol} connected")
    sent = [f"{protocol} {i} é" for i in range(PUBLISHES)]
    for message in sent:
        await server.publish(message)
    for subscriber in subscribers:
        got = [await asyncio.wait_for(subscriber.message(), WAIT_S) for _ in sent]
        if got != sent:
            raise Failure(f"{protocol}: received {got}, published {sent}")
    for subscriber in subscribers:
        subscriber.leave()
    await server.wait_counter("subscribers", lambda n: n == 0, f"{protocol} left")


async def check_slow_consumer(server, protocol):
    counts_drops = "dropped" in server.spec["stats"]
    before = await server.counter("dropped") if counts_drops else 0
    slow = await Subscriber.connect(server, protocol, receive_buffer=4096)
    healthy = await Subscriber.connect(server, protocol)
    await server.wait_counter("subscribers", lambda n: n == 2, f"{protocol} connected")
    for i in range(BIG_PUBLISHES):
        message = f"{i} ".ljust(BIG_BYTES, "x")
        await server.publish(message)
        if await asyncio.wait_for(healthy.message(), WAIT_S) != message:
            raise Failure(f"{protocol}: message {i} did not reach the healthy subscriber")
    if counts_drops and await server.counter("dropped") == before:
        raise Failure(f"{protocol}: no drops counted for a subscriber that does not read")
    slow.leave()
    healthy.leave()
    await server.wait_counter("subscribers", lambda n: n == 0, f"{protocol} slow consumer left")


async def check_shared(path, protocol):
    """One queue for all: each publish reaches one subscriber, in turn."""
    server = Server(path, fan_out="shared")
    try:
        await server.ready()
        pair = [await Subscriber.connect(server, protocol) for _ in range(2)]
        await server.wait_counter("subscribers", lambda n: n == 2, f"{protocol} shared, connected")
        for i in range(4):
            await server.publish(f"shared {i}")
        got = [[await asyncio.wait_for(s.message(), WAIT_S) for _ in range(2)] for s in pair]
        if sorted(got) != [["shared 0", "shared 2"], ["shared 1", "shared 3"]]:
            raise Failure(f"{protocol} shared: received {got}")
    finally:
        server.stop()


async def until_silent(subscriber):
    """Reads until nothing has come for a second; the last message."""
    message = ""
    try:
        while True:
            message = await asyncio.wait_for(subscriber.message(), 1)
    except asyncio.TimeoutError:
        return message


async def check_sequential(path, protocol):
    """One send after another: a subscriber that does not read holds up the one behind it; once it
    has left, the other is sent what it missed."""
    server = Server(path, fan_out="sequential")
    try:
        await server.ready()
        stalled = await Subscriber.connect(server, protocol, receive_buffer=4096)
        behind = await Subscriber.connect(server, protocol)
        await server.wait_counter("subscribers", lambda n: n == 2, f"{protocol} sequential")
        for i in range(BIG_PUBLISHES):
            await server.publish(f"{i} ".ljust(BIG_BYTES, "x"))
        message = await until_silent(behind)
        if message.startswith(f"{BIG_PUBLISHES - 1} "):
            raise Failure(f"{protocol} sequential: a stalled subscriber held nobody up")
        stalled.leave()
        while not message.startswith(f"{BIG_PUBLISHES - 1} "):
            message = await asyncio.wait_for(behind.message(), WAIT_S)
    finally:
        server.stop()


async def check_messages(server, protocol):
    expected = "r0000007".ljust(REPLY_BYTES, "x")
    if protocol == "sse":
        answer = await server.request("POST", server.path("message"), b"r0000007 and more")
    else:
        client = await Subscriber.connect(server, protocol)
        client.send("r0000007 and more")
        answer = await asyncio.wait_for(client.message(), WAIT_S)
        client.leave()
        await server.wait_counter("subscribers", lambda n: n == 0, f"{protocol} sender left")
    if answer != expected:
        raise Failure(f"{protocol}: a message was answered {answer!r}")


async def check_server(path):
    server = Server(path)
    try:
        await server.ready()
        for protocol in ("sse", "websocket"):
            await check_fan_out(server, protocol)
            await check_slow_consumer(server, protocol)
            if "message" in server.spec:
                await check_messages(server, protocol)
    finally:
        server.stop()
    if "{fan_out}" in server.spec.get("environment", {}).values():
        for protocol in ("sse", "websocket"):
            await check_shared(path, protocol)
            await check_sequential(path, protocol)
    if "nginx" in server.spec["name"]:
        return "ok (its drops are not counted)"
    return "ok"


def main():
    paths = sorted(glob.glob(f"{SERVERS}/*.yaml")) + [f"{ROOT}/tests/servers/any-server.yaml"]
    failed = ran = 0
    for path in paths:
        name = os.path.basename(path)[: -len(".yaml")]
        if len(sys.argv) > 1 and name not in sys.argv[1:]:
            continue
        lacks = missing(name)
        if lacks:
            print(f"skipped {name}: this host lacks {lacks}")
            continue
        ran += 1
        try:
            print(f"{name}: {asyncio.run(asyncio.wait_for(check_server(path), SERVER_S))}")
        except (Failure, OSError, asyncio.TimeoutError, asyncio.IncompleteReadError) as error:
            failed += 1
            print(f"{name}: FAILED: {error or type(error).__name__}")
    return 1 if failed else 0 if ran else 77


if __name__ == "__main__":
    sys.exit(main())
