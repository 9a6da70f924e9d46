"""A FastAPI push server: one bounded queue for each subscriber, SSE and WebSocket.

The usual idiom of the stack, done right: every subscriber owns an asyncio.Queue, POST /publish puts
the body into each of them without waiting, one task for each connection takes from its queue and
sends, and a reader notices when the client leaves.

Environment:
  PUSH_QUEUE_BOUND   messages a subscriber's queue holds (512)
  PUSH_QUEUE_POLICY  what happens when it is full: drop-oldest (default), drop-newest,
                     disconnect (close the slow consumer), none (the queue has no bound)
  PUSH_WRITE_TIMEOUT a send that waited so long (s) ends the connection; 86400 and more: none
  PUSH_HEARTBEAT     SSE: a comment down every stream, so often (s); 86400 and more: none
  PUSH_AUTH_WORKERS  who connects by WebSocket is authenticated by a backend with so many workers (0: none);
                     each is busy for PUSH_AUTH_SERVICE s with one client; who has waited for
                     PUSH_AUTH_TIMEOUT s is thrown out (close code 1008), and the backend does the
                     work all the same
  PUSH_REPLY_BYTES   size of the answer to a client's message (64)

A client's message, over its WebSocket or as POST /message, is answered at once: its first eight
characters and filling.

Routes: GET /events (SSE), /ws (WebSocket), POST /publish (body = message), POST /message, GET /stats.
The queue depths there: depth_max is the deepest that a queue of one subscriber was; depth_mean is the
mean over subscribers as each publish finds it, weighted with the time since the publish before.
"""

import asyncio
import os
import time

from fastapi import FastAPI, Request, Response, WebSocket, WebSocketDisconnect
from fastapi.responses import StreamingResponse

BOUND = int(os.environ.get("PUSH_QUEUE_BOUND", "512"))
POLICY = os.environ.get("PUSH_QUEUE_POLICY", "drop-oldest")
POLICIES = ("drop-oldest", "drop-newest", "disconnect", "none")
WRITE_TIMEOUT = float(os.environ.get("PUSH_WRITE_TIMEOUT", "86400"))
HEARTBEAT = float(os.environ.get("PUSH_HEARTBEAT", "86400"))
AUTH_WORKERS = int(os.environ.get("PUSH_AUTH_WORKERS", "0"))
AUTH_SERVICE = float(os.environ.get("PUSH_AUTH_SERVICE", "0"))
AUTH_TIMEOUT = float(os.environ.get("PUSH_AUTH_TIMEOUT", "86400"))
REPLY_BYTES = int(os.environ.get("PUSH_REPLY_BYTES", "64"))
FULL = float("inf") if POLICY == "none" else BOUND
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")

if POLICY not in POLICIES:
    raise SystemExit(f"PUSH_QUEUE_POLICY: {POLICY!r} is none of {', '.join(POLICIES)}")


class Subscriber:
    """One connection's outbound queue and the task that empties it."""

    def __init__(self, protocol):
        self.protocol = protocol
        self.queue = asyncio.Queue(0 if POLICY == "none" else BOUND)
        self.task = asyncio.current_task()


class Hub:
    """Everybody who listens, and what happened to their messages."""

    def __init__(self):
        self.subscribers = {}  # in the order in which they came
        self.count = {"sse": 0, "websocket": 0}
        self.published = 0
        self.enqueued = 0
        self.dropped = 0
        self.sent = 0
        self.disconnects = 0
        self.slow_disconnects = 0
        self.write_timeouts = 0
        self.rejected = 0
        self.depth_max = 0
        self.depth_time = 0.0  # depth x subscribers x s
        self.subscriber_time = 0.0  # subscribers x s
        self.published_at = time.monotonic()

    def join(self, protocol):
        subscriber = Subscriber(protocol)
        self.subscribers[subscriber] = True
        self.count[protocol] += 1
        return subscriber

    def leave(self, subscriber):
        if subscriber in self.subscribers:
            del self.subscribers[subscriber]
            self.count[subscriber.protocol] -= 1
            self.disconnects += 1

    def publish(self, message):
        self.published += 1
        found = deepest = 0
        for subscriber in tuple(self.subscribers):
            queue = subscriber.queue
            depth = queue.qsize()
            found += depth
            if depth >= FULL:
                if not self.make_room(subscriber):
                    continue
            elif depth >= deepest:
                deepest = depth + 1
            queue.put_nowait(message)
            self.enqueued += 1
        self.account_depth(found, deepest)

    def account_depth(self, found, deepest):
        now = time.monotonic()
        since = now - self.published_at
        self.published_at = now
        self.depth_time += found * since
        self.subscriber_time += len(self.subscribers) * since
        self.depth_max = max(self.depth_max, deepest)

    def make_room(self, subscriber):
        """Applies the drop policy to a full queue; True: there is room now."""
        if POLICY == "drop-oldest":
            subscriber.queue.get_nowait()
            self.dropped += 1
            return True
        if POLICY == "drop-newest":
            self.dropped += 1
        else:  # all that it was to get is lost with it
            self.leave(subscriber)
            self.slow_disconnects += 1
            subscriber.task.cancel()
        return False


def timed(send):
    """`send` with the write time-out, or `send` itself when there is none."""
    if WRITE_TIMEOUT >= 86400:
        return send

    async def send_in_time(*args):
        try:
            await asyncio.wait_for(send(*args), WRITE_TIMEOUT)
        except asyncio.TimeoutError:
            hub.write_timeouts += 1
            raise

    return send_in_time


class AuthBackend:
    """Requests are served in their order by so many workers, also those nobody waits for any more."""

    def __init__(self):
        self.requests = asyncio.Queue()
        self.workers = [asyncio.create_task(self.work()) for _ in range(AUTH_WORKERS)]

    async def work(self):
        while True:
            answer = await self.requests.get()
            await asyncio.sleep(AUTH_SERVICE)
            if not answer.done():
                answer.set_result(True)

    async def admits(self):
        answer = asyncio.get_running_loop().create_future()
        self.requests.put_nowait(answer)
        try:
            return await asyncio.wait_for(answer, AUTH_TIMEOUT)
        except asyncio.TimeoutError:
            hub.rejected += 1
            return False


def reply_to(message):
    return message[:8].ljust(REPLY_BYTES, "x")


app = FastAPI()
hub = Hub()
auth = None  # an AuthBackend, where there is one


@app.on_event("startup")
async def start_auth():
    global auth
    if AUTH_WORKERS > 0:
        auth = AuthBackend()


class EventStream(StreamingResponse):
    """An event stream whose subscriber leaves when the response ends, however it ends.

    Not the generator's own `finally`: when the client goes while a send waits for a full socket,
    Starlette cancels that send, and the generator, which stands at its yield, is not told.
    """

    def __init__(self, subscriber, headers):
        super().__init__(self.events(subscriber), media_type="text/event-stream", headers=headers)
        self.subscriber = subscriber

    async def events(self, subscriber):
        while True:
            message = await subscriber.queue.get()
            yield f"data: {message}\n\n"
            hub.sent += 1

    async def beat(self, send):
        """A comment now and then, beside the messages: as sse-starlette pings."""
        comment = {"type": "http.response.body", "body": b": ping\n\n", "more_body": True}
        while True:
            await asyncio.sleep(HEARTBEAT)
            await send(comment)

    async def __call__(self, scope, receive, send):
        self.subscriber.task = asyncio.current_task()
        send = timed(send)
        beat = asyncio.create_task(self.beat(send)) if HEARTBEAT < 86400 else None
        try:
            await super().__call__(scope, receive, send)
        finally:
            hub.leave(self.subscriber)
            if beat:
                beat.cancel()


@app.get("/events")
async def events():
    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    return EventStream(hub.join("sse"), headers)


@app.websocket("/ws")
async def websocket(socket: WebSocket):
    await socket.accept()
    subscriber = hub.join("websocket")

    send_text = timed(socket.send_text)

    async def send():
        while True:
            await send_text(await subscriber.queue.get())
            hub.sent += 1

    sender = asyncio.create_task(send())
    try:
        if auth and not await auth.admits():
            await socket.close(1008)
            return
        while True:  # a handler that only sends never learns that its client has left
            await send_text(reply_to(await socket.receive_text()))
    except WebSocketDisconnect:
        pass
    finally:
        hub.leave(subscriber)
        sender.cancel()


@app.post("/publish")
async def publish(request: Request):
    hub.publish((await request.body()).decode())
    return Response(status_code=204)


@app.post("/message")
async def message(request: Request):
    return Response(reply_to((await request.body()).decode()), media_type="text/plain")


def resident_bytes():
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * PAGE_BYTES


@app.get("/stats")
async def stats():
    return {
        "subscribers": len(hub.subscribers),
        "subscribers_sse": hub.count["sse"],
        "subscribers_websocket": hub.count["websocket"],
        "published": hub.published,
        "enqueued": hub.enqueued,
        "dropped": hub.dropped,
        "sent": hub.sent,
        "disconnects": hub.disconnects,
        "slow_disconnects": hub.slow_disconnects,
        "write_timeouts": hub.write_timeouts,
        "rejected": hub.rejected,
        "depth_max": hub.depth_max,
        "depth_mean": hub.depth_time / (hub.subscriber_time or 1),
        "queued": sum(s.queue.qsize() for s in hub.subscribers),
        "queued_max": max((s.queue.qsize() for s in hub.subscribers), default=0),
        "resident_bytes": resident_bytes(),
    }
