#!/usr/bin/env python3
"""odd_server.py PORT [HABIT] - an event-stream server that does one thing otherwise than others do."""
import os
import socket
import sys
import threading
import time

PORT = int(sys.argv[1])
HABIT = sys.argv[2] if len(sys.argv) > 2 else ""
STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
subscribers = []
lock = threading.Lock()
published = 0


def event(body):
    if HABIT == "json":
        body = b'{"m":"' + body + b'"}'
    end = b"\r" if HABIT == "cr" else b"\r\n" if HABIT == "crlf" else b"\n"
    return b"data: " + body + end + end


def publish(body):
    global published
    with lock:
        published += 1
        if HABIT == "crash" and published == 3:
            print("FATAL boom", file=sys.stderr, flush=True)
            os._exit(3)
        for s in subscribers:
            for _ in range(2 if HABIT == "dup" and published % 3 == 0 else 1):
                s.sendall(event(body))


def answer(s, status, body=b"ok"):
    s.sendall(b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body))


def serve(s):
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    f = s.makefile("rb")
    while True:
        line, length = f.readline(), 0
        if not line:
            return
        for head in iter(f.readline, b"\r\n"):
            if head.lower().startswith(b"content-length:"):
                length = int(head.split(b":")[1])
        body = f.read(length)
        path = line.split()[1]
        if path == b"/health":
            if HABIT == "silent":
                time.sleep(1e6)
            answer(s, b"302 Found" if HABIT == "moved" else b"200 OK")
        elif path == b"/publish":
            if HABIT == "mutters":
                s.sendall(b"what?\r\n")
                continue
            if HABIT == "refuses":
                answer(s, b"404 Not Found")
                continue
            if HABIT == "overtakes" and body.startswith(b"00000002"):
                time.sleep(1.5)  # as an upload that takes long
            publish(body)
            if HABIT == "http10":
                s.sendall(b"HTTP/1.0 200 OK\r\n\r\nok")
                s.shutdown(socket.SHUT_RDWR)
                return
            if HABIT == "interim":
                s.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            answer(s, b"200 OK")
        elif path == b"/events" and HABIT == "page":  # an application's own, for any address
            s.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<!doctype html>")
        elif path == b"/events" and HABIT == "ends":
            s.sendall(STREAM[:-2] + b"Content-Length: 4\r\n\r\n: ok")
        elif path == b"/events":
            if HABIT == "interim":
                s.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
            s.sendall(STREAM + (b"\xef\xbb\xbf" if HABIT == "bom" else b""))
            with lock:
                subscribers.append(s)
        elif path == b"/stats":
            answer(s, b"200 OK", b'{"others": 1}')
        else:
            answer(s, b"404 Not Found")


def main():
    if HABIT == "asks":  # another one to listen at its port, as docker does
        with open(os.environ["ODD_ASKS"], "w") as f:
            print(PORT, file=f)
        time.sleep(1e6)
    if HABIT in ("daemon", "leaver") and os.fork():
        time.sleep(0.3 if HABIT == "leaver" else 0)
        os._exit(0)
    if HABIT in ("daemon", "leaver"):
        os.setsid()
    if HABIT == "splits" and os.fork() == 0:
        os.setsid()
        time.sleep(1e6)
    listener = socket.create_server(("127.0.0.1", PORT), backlog=128)
    while True:
        s, _ = listener.accept()
        threading.Thread(target=serve, args=(s,), daemon=True).start()


main()
