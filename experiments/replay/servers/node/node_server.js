'use strict';
/* A Node push server: SSE by hand, WebSocket with `ws`, one bounded queue for each subscriber.
 *
 *   node node_server.js PORT
 *
 * A message goes straight into the socket while the stream wants more (Node: write() has not
 * returned false; ws: bufferedAmount below the mark); otherwise it waits in the subscriber's queue
 * until the stream drains.
 *
 * Environment:
 *   PUSH_QUEUE_BOUND   messages a subscriber's queue holds (512)
 *   PUSH_QUEUE_POLICY  what happens when it is full: drop-oldest (default), drop-newest,
 *                      disconnect (close the slow consumer), none (there is no queue: all goes
 *                      into the socket's write buffer, which has no bound)
 *
 *   PUSH_REPLY_BYTES   size of the answer to a client's message (64)
 *   PUSH_BUFFERS       copies: a WebSocket message is turned into bytes for each subscriber anew, as ws 1.0
 *                      did; stack and references (the same here): ws gets the one string for all
 * A client's message, over its WebSocket or as POST /message, is answered at once: its first eight
 * characters and filling.
 *
 * Routes: GET /events (SSE), /ws (WebSocket), POST /publish (body = message), POST /message, GET
 * /stats (JSON).
 *
 * What stands there as gc_… is what V8 has collected: gc_connect_… before the first publish, the others
 * from then on. pushsim calibrate takes the costs of scavenges from it.
 */

const http = require('node:http');
const v8 = require('node:v8');
const { WebSocketServer } = require('ws');

const POLICIES = ['drop-oldest', 'drop-newest', 'disconnect', 'none'];
const POLICY = process.env.PUSH_QUEUE_POLICY || 'drop-oldest';
const BOUND = POLICY === 'none' ? Infinity : Number(process.env.PUSH_QUEUE_BOUND || 512);
const COPIES = process.env.PUSH_BUFFERS === 'copies';
const REPLY_BYTES = Number(process.env.PUSH_REPLY_BYTES || 64);
const HIGH_WATER_BYTES = 16 * 1024; // Node's own default for a stream; used for ws too

const subscribers = new Set();
const counts = {
    subscribers_sse: 0,
    subscribers_websocket: 0,
    published: 0,
    enqueued: 0,
    dropped: 0,
    sent: 0,
    disconnects: 0,
    slow_disconnects: 0,
};

/* V8's own account of its collections (v8.GCProfiler): how long each took and how full each space was
 * before and after. It comes as a text that grows, so it is read in once a second: 20 us a collection. */
class Collections {
    constructor() {
        this.connecting = this.none();
        this.since = this.connecting; // the phase that is counted
        this.after = { young: 0 };
        this.space = 0;
        this.profiler = new v8.GCProfiler();
        this.profiler.start();
        setInterval(() => this.read(), 1000).unref();
    }

    none() {
        return { young: 0, pause: 0, copied: 0, allocated: 0, full: 0, fullPause: 0, fullPauseMax: 0 };
    }

    /* Bytes of the young generation and of the whole heap. */
    sizes({ heapStatistics, heapSpaceStatistics }) {
        const space = heapSpaceStatistics.find(({ spaceName }) => spaceName === 'new_space');
        return {
            young: space.spaceUsedSize,
            rest: heapStatistics.usedHeapSize - space.spaceUsedSize,
            semiSpace: space.spaceUsedSize + space.spaceAvailableSize,
        };
    }

    take(collection) {
        const before = this.sizes(collection.beforeGC), after = this.sizes(collection.afterGC);
        const seconds = collection.cost / 1e6, c = this.since;
        c.allocated += Math.max(before.young - this.after.young, 0);
        if (collection.gcType === 'Scavenge') {
            c.young++;
            c.pause += seconds;
            c.copied += after.young + Math.max(after.rest - before.rest, 0); // it frees nothing there
        } else if (collection.gcType === 'MarkSweepCompact') {
            c.full++;
            c.fullPause += seconds;
            c.fullPauseMax = Math.max(c.fullPauseMax, seconds);
        }
        this.after = after;
        this.space = after.semiSpace;
    }

    read() {
        const { statistics } = this.profiler.stop();
        this.profiler.start();
        statistics.forEach((collection) => this.take(collection));
    }

    youngNow() {
        return v8.getHeapSpaceStatistics()
            .find(({ space_name: name }) => name === 'new_space').space_used_size;
    }

    firstPublish() {
        this.read();
        this.since = this.none();
        this.after.young = this.youngNow();
    }

    stats() {
        this.read();
        const c = this.since, published = c !== this.connecting;
        return {
            gc_space: this.space, // bytes that a semi-space of the young generation holds
            gc_connect_young: this.connecting.young, // scavenges before the first publish
            gc_connect_copied: this.connecting.copied, // bytes that survived them
            gc_young: published ? c.young : 0,
            gc_young_pause: published ? c.pause : 0, // s, all of them
            gc_young_copied: published ? c.copied : 0,
            gc_young_allocated: published ? c.allocated + this.youngNow() - this.after.young : 0,
            gc_full: this.connecting.full + (published ? c.full : 0),
            gc_full_pause: this.connecting.fullPause + (published ? c.fullPause : 0),
            gc_full_pause_max: Math.max(this.connecting.fullPauseMax, c.fullPauseMax),
        };
    }
}

const collections = new Collections();

/* Messages in order; taking from the front costs the same at any length. */
class Queue {
    constructor() {
        this.items = [];
        this.head = 0;
    }

    get length() {
        return this.items.length - this.head;
    }

    push(message) {
        this.items.push(message);
    }

    shift() {
        const message = this.items[this.head];
        this.items[this.head++] = undefined;
        if (this.head * 2 > this.items.length) {
            this.items = this.items.slice(this.head);
            this.head = 0;
        }
        return message;
    }
}

/* One connection. The protocols differ in ready(), write(message) and end() alone. */
class Subscriber {
    constructor(protocol) {
        this.protocol = protocol;
        this.queue = new Queue();
        subscribers.add(this);
        counts[`subscribers_${protocol}`]++;
    }

    leave() {
        if (!subscribers.delete(this))
            return;
        counts[`subscribers_${this.protocol}`]--;
        counts.disconnects++;
    }

    offer(message) {
        if (this.queue.length >= BOUND && !this.makeRoom())
            return;
        counts.enqueued++;
        this.queue.push(message);
        this.pump();
    }

    /* Applies the drop policy to a full queue; true: there is room now. */
    makeRoom() {
        if (POLICY === 'disconnect') { // all that it was to get is lost with it
            counts.slow_disconnects++;
            this.leave();
            this.end();
            return false;
        }
        counts.dropped++;
        if (POLICY === 'drop-oldest')
            this.queue.shift();
        return POLICY === 'drop-oldest';
    }

    pump() {
        while (this.queue.length > 0 && (POLICY === 'none' || this.ready())) {
            this.write(this.queue.shift());
            counts.sent++;
        }
    }
}

class SseSubscriber extends Subscriber {
    constructor(response) {
        super('sse');
        this.response = response;
        response.writeHead(200, {
            'Content-Type': 'text/event-stream',
            'Cache-Control': 'no-cache',
        });
        response.flushHeaders();
        response.on('drain', () => this.pump());
        response.on('close', () => this.leave());
    }

    ready() {
        return !this.response.writableNeedDrain;
    }

    write(message) {
        this.response.write(`data: ${message}\n\n`);
    }

    end() {
        this.response.destroy();
    }
}

class WebSocketSubscriber extends Subscriber {
    constructor(socket) {
        super('websocket');
        this.socket = socket;
        this.onSent = () => this.pump();
        socket.on('message', (data) => socket.send(replyTo(data.toString())));
        socket.on('close', () => this.leave());
        socket.on('error', () => this.leave());
    }

    ready() {
        return this.socket.bufferedAmount < HIGH_WATER_BYTES;
    }

    write(message) {
        const data = COPIES ? Buffer.from(message) : message;
        this.socket.send(data, { binary: false }, this.onSent);
    }

    end() {
        this.socket.terminate();
    }
}

function publish(message) {
    if (counts.published++ === 0)
        collections.firstPublish();
    for (const subscriber of subscribers)
        subscriber.offer(message);
}

function onBody(request, then) {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => then(Buffer.concat(parts).toString()));
}

function onPublish(request, response) {
    onBody(request, (message) => {
        publish(message);
        response.writeHead(204).end();
    });
}

function replyTo(message) {
    return message.slice(0, 8).padEnd(REPLY_BYTES, 'x');
}

function onMessage(request, response) {
    onBody(request, (message) => {
        response.writeHead(200, { 'Content-Length': Math.max(REPLY_BYTES, 8) });
        response.end(replyTo(message));
    });
}

function onStats(response) {
    const lengths = Array.from(subscribers, (subscriber) => subscriber.queue.length);
    const body = JSON.stringify({
        subscribers: subscribers.size,
        ...counts,
        queued: lengths.reduce((sum, length) => sum + length, 0),
        queued_max: lengths.reduce((most, length) => Math.max(most, length), 0),
        resident_bytes: process.memoryUsage.rss(),
        ...collections.stats(),
    });
    response.writeHead(200, {
        'Content-Type': 'application/json',
        'Content-Length': Buffer.byteLength(body),
    });
    response.end(body);
}

function onRequest(request, response) {
    const route = `${request.method} ${request.url}`;
    if (route === 'GET /events')
        new SseSubscriber(response);
    else if (route === 'POST /publish')
        onPublish(request, response);
    else if (route === 'POST /message')
        onMessage(request, response);
    else if (route === 'GET /stats')
        onStats(response);
    else
        response.writeHead(404).end();
}

function main() {
    const port = Number(process.argv[2]);
    if (!Number.isInteger(port) || port < 1 || port > 65535) {
        console.error('usage: node node_server.js PORT (1 to 65535)');
        process.exit(64);
    }
    if (!POLICIES.includes(POLICY) || !(BOUND >= 1)) {
        console.error(`PUSH_QUEUE_POLICY is one of ${POLICIES.join(', ')}; the bound is 1 or more`);
        process.exit(2);
    }
    const server = http.createServer({ keepAliveTimeout: 600 * 1000, noDelay: true }, onRequest);
    const sockets = new WebSocketServer({ server, path: '/ws', perMessageDeflate: false });
    sockets.on('connection', (socket) => new WebSocketSubscriber(socket));
    server.listen({ port, host: '127.0.0.1', backlog: 4096 });
}

main();
