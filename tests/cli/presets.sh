# Presets of servers and kernels: what they set, what is given instead, and that their settings act.
cat >plan.yaml <<'Y'
server: { preset: uvicorn, write-high: 32KiB }
host: { preset: linux-6.6 }
sweep: { protocol: [sse, websocket] }
Y
"$PUSHSIM" check plan.yaml --set accept.backlog=128
"$PUSHSIM" check plan.yaml --set server.preset=uvicron
"$PUSHSIM" options heartbeat.timeout
# all the choices of an option that is asked for by its name
"$PUSHSIM" options server.preset | head -n 2 | cut -c1-150
"$PUSHSIM" options clients.preset | head -n 2 | cut -d'|' -f8-
"$PUSHSIM" options preset=eventsource | cut -c1-60
"$PUSHSIM" options --format markdown preset=linux-6.6
# every one of them runs over both protocols
cat >all.yaml <<'Y'
clients: { count: 5 }
workload: { drain: 0, phases: [ { name: a, duration: 1s, rate: 5/s } ] }
sweep:
  server.preset: [none, uvicorn, sse-starlette, nginx-nchan, node-ws, socket.io]
  host.preset: [none, linux-5.15, linux-6.6, linux-6.18]
  protocol: [sse, websocket]
assert: [ delivered == 25 ]
Y
"$PUSHSIM" run all.yaml >all.txt && tail -1 all.txt
# a frozen reader: nginx's send_timeout ends it, ws buffers for it, websockets' ping gives it up
cat >frozen.yaml <<'Y'
protocol: websocket
clients: { count: 10, classes: 2, share: 9, slow: { share: 1, stall-at: 1s, preset: websocket-browser } }
network: { socket: 64KiB }
workload: { payload: 10KiB, phases: [ { name: a, duration: 100s, rate: 2/s } ] }
sweep: { server.preset: [none, uvicorn, nginx-nchan, node-ws] }
assert:
  - disconnects.write_timeout == 1 if server.preset=nginx-nchan
  - disconnects.pong_timeout == 1 if server.preset=uvicorn
  - disconnects == 0 if server.preset=node-ws
  - disconnects == 0 if server.preset=none
  - dropped == 0 if server.preset=node-ws
Y
"$PUSHSIM" run frozen.yaml >frozen.txt || cat frozen.txt
echo "exit $?"
