"""A FastAPI push server: one bounded queue for each subscriber, SSE and WebSocket.

The usual idiom of the stack, done right: every subscriber owns an asyncio.Queue, POST /publish puts
the body into each of them without waiting, one task for each connection takes from its queue and
sends, and a reader notices when the client leaves.

Environment:
  PUSH_FAN_OUT       queues: as above; shared: all connections' tasks take from one queue, as in the
                     minimal sample, so each message reaches one of them; sequential: one task
                     awaits one send after another, as in the samples with a connection manager
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
The queue depths there (where each subscriber has a queue): depth_max is the deepest that a queue of one subscriber was; depth_mean is the
mean over subscribers as each publish finds it, weighted with the time since the publish before.
What stands there as gc_… is what pushsim calibrate takes the garbage collector's costs from: objects
are counted as the collector counts them (allocations of containers less what was freed, in generation
0, and a threshold and one more for every collection), pauses in CPU time.
"""

import asyncio
import gc
import os
import time

from fastapi import FastAPI, Request, Response, WebSocket, WebSocketDisconnect
from fastapi.responses import StreamingResponse

FAN_OUT = os.environ.get("PUSH_FAN_OUT", "queues")
FAN_OUTS = ("queues", "shared", "sequential")
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
if FAN_OUT not in FAN_OUTS:
    raise SystemExit(f"PUSH_FAN_OUT: {FAN_OUT!r} is none of {', '.join(FAN_OUTS)}")


class Subscriber:
    """One connection's outbound queue and the task that empties it."""

    def __init__(self, protocol):
        self.protocol = protocol
        self.queue = asyncio.Queue(0 if POLICY == "none" else BOUND)
        self.task = asyncio.current_task()
        self.send = None  # sequential: a coroutine function, once the stream is open


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
        self.sender = None  # sequential: the sending task
        self.feed = asyncio.Queue()  # shared: everybody's queue; sequential: the sending task's

    def join(self, protocol):
        subscriber = Subscriber(protocol)
        if FAN_OUT == "shared":
            subscriber.queue = self.feed
        self.subscribers[subscriber] = True
        self.count[protocol] += 1
        return subscriber

    def leave(self, subscriber):
        if subscriber in self.subscribers:
            del self.subscribers[subscriber]
            self.count[subscriber.protocol] -= 1
            self.disconnects += 1

    async def send_in_turn(self):
        """One send after another: who does not take its message keeps the others waiting."""
        while True:
            message = await self.feed.get()
            for subscriber in tuple(self.subscribers):
                if subscriber.send is None:
                    continue
                try:
                    await subscriber.send(message)
                    self.sent += 1
                except Exception:  # it has left, or was too slow; there is one type for each reason
                    subscriber.task.cancel()

    def publish(self, message):
        self.published += 1
        if FAN_OUT != "queues":
            self.feed.put_nowait(message)
            return
        collector.publish_begins()
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
        collector.publish_ends(found)
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


class Collector:
    """What Python's garbage collector does."""

    def __init__(self):
        self.objects = gc.get_threshold()[0] + 1  # of each collection of the youngest generation
        self.collections = 0  # of any generation
        self.full = 0
        self.full_pause = self.full_pause_max = self.young_pause = 0.0
        self.full_subscribers = 0  # summed over the full collections
        self.live = self.allocated = self.ready = 0
        self.connected = self.connect_pause = 0
        # Publishes that woke everybody, as every queue was empty, and began at a count of 0, as
        # what the one before had woken was more than a collection apart and is freed; their objects.
        self.publishes = self.publish_objects = 0
        self.collections_before = 0  # of the publish at hand
        self.collected = False  # in the one before
        self.began = 0.0

    def start(self):
        """The application is ready: so many objects are there, so many counted since the last full
        collection."""
        young, middle, old = gc.get_count()
        between = gc.get_threshold()[1] + 2  # collections from one of generation 1 to the next
        self.live = len(gc.get_objects())
        self.allocated = young + self.objects * (middle + between * old)
        gc.callbacks.append(self.note)
        self.ready = self.counted()

    def counted(self):
        return gc.get_count()[0] + self.objects * self.collections

    def note(self, phase, info):
        if phase == "start":
            self.began = time.thread_time()
            return
        pause = time.thread_time() - self.began
        self.collections += 1
        if info["generation"] < 2:
            self.young_pause += pause
            return
        self.full += 1
        self.full_pause += pause
        self.full_pause_max = max(self.full_pause_max, pause)
        self.full_subscribers += len(hub.subscribers)

    def publish_begins(self):
        self.collections_before = self.collections
        if hub.published == 1:
            self.connected = self.counted() - self.ready
            self.connect_pause = self.full_pause

    def publish_ends(self, found):
        if self.collected and hub.published > 2 and found == 0:
            self.publishes += 1
            self.publish_objects += self.counted() - self.objects * self.collections_before
        self.collected = self.collections > self.collections_before

    def stats(self):
        return {
            "gc_threshold": self.objects - 1,
            "gc_live": self.live,  # objects before the first client
            "gc_allocated": self.allocated,  # by then, since the last full collection
            "gc_connected": self.connected,  # from then to the first publish
            "gc_connect_pause": self.connect_pause,  # s, of full collections by then
            "gc_publish": self.publish_objects,  # in publishes with more than a collection each
            "gc_publishes": self.publishes,  # which are so many
            "gc_full": self.full,  # collections since the start
            "gc_full_pause": self.full_pause,  # s, all of them
            "gc_full_pause_max": self.full_pause_max,
            "gc_full_subscribers": self.full_subscribers,  # summed over them
            "gc_young": self.collections - self.full,
            "gc_young_pause": self.young_pause,
        }


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
collector = Collector()
auth = None  # an AuthBackend, where there is one


@app.on_event("startup")
async def start():
    global auth
    collector.start()
    if FAN_OUT == "sequential":
        hub.sender = asyncio.create_task(hub.send_in_turn())
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
        self.send = None

    async def send_event(self, message):
        body = f"data: {message}\n\n".encode()
        await self.send({"type": "http.response.body", "body": body, "more_body": True})

    async def events(self, subscriber):
        if FAN_OUT == "sequential":
            subscriber.send = self.send_event
            await asyncio.Event().wait()  # for ever: another task sends
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
        self.send = send = timed(send)
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

    if FAN_OUT == "sequential":
        subscriber.send = send_text
    sender = None if FAN_OUT == "sequential" else asyncio.create_task(send())
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
        if sender:
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


def depths():
    return {
        "depth_max": hub.depth_max,
        "depth_mean": hub.depth_time / (hub.subscriber_time or 1),
        "queued": sum(s.queue.qsize() for s in hub.subscribers),
        "queued_max": max((s.queue.qsize() for s in hub.subscribers), default=0),
    }


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
        **(depths() if FAN_OUT == "queues" else {"queued": hub.feed.qsize()}),
        "resident_bytes": resident_bytes(),
        **collector.stats(),
    }
