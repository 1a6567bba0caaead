#!/bin/bash
# Both sites are well.
if [ "$HOST" = back ]; then
  cat > /tmp/back.py <<'PY'
# What back is described to be, and a port on which it is told what happens to it.
import http.server, os, socket, threading

NONCE = os.environ["NONCE"]
PORTS = {"one": {{one}}, "two": {{two}}, "sorry": {{sorry}}}
in_service = {"one": True, "two": True}
asked = dict.fromkeys(PORTS, 0)


def handler(name):
    class Handler(http.server.BaseHTTPRequestHandler):
        def answer(self):
            host = self.headers.get("Host", "").split(":")[0].lower()
            if name == "sorry":
                status, text = 503, f"sorry {NONCE}"
            elif host != "{{site}}.internal":
                status, text = 200, "nothing"
            elif self.path == "/health":
                status, text = 200 if in_service[name] else 503, "health"
            else:
                status, text = 200 if in_service[name] else 500, f"{name} {NONCE}"
            if self.path.startswith("/page"):
                asked[name] += 1
            body = f"{text}\n".encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_HEAD = answer

        def log_message(self, *_):
            pass

    return Handler


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 64


def start(name):
    server = Server(("0.0.0.0", PORTS[name]), handler(name))
    threading.Thread(target=server.serve_forever, daemon=True).start()


for name in PORTS:
    start(name)
control = socket.create_server(("0.0.0.0", 7999))
while True:
    peer, _ = control.accept()
    with peer, peer.makefile("rw") as lines:
        what, name = lines.readline().split()
        if what in ("in", "out"):
            in_service[name] = what == "in"
        print(asked.get(name), file=lines, flush=True)
PY
  setsid python3 -IS /tmp/back.py > /dev/null 2>&1 < /dev/null &
  for _ in {1..80}; do (echo asked one > /dev/tcp/127.0.0.1/7999) 2> /dev/null && break; sleep 0.05; done
  exit 0
fi
haproxy -D -f /etc/haproxy/haproxy.cfg -p /run/haproxy.pid > /dev/null 2>&1
tell() { exec 4<> /dev/tcp/10.77.0.12/7999 && echo "$*" >&4 && read -r -t 5 REPLY <&4; exec 4>&-; }
visit() {
  curl -q --silent --max-time 6 -H "Host: {{site}}.internal:{{door}}" --write-out "%{http_code}\n" "$@" \
    "http://127.0.0.1:{{door}}/page" | tr "\n" " "
  echo
}
for _ in 1 2 3 4 5 6 7 8 9 10; do (echo > /dev/tcp/127.0.0.1/{{door}}) 2> /dev/null && break; sleep 0.2; done
for _ in {1..20}; do visit --interface 127.4.4.4; done | sort | uniq -c | sed 's/^ */turn /'
for i in {1..20}; do visit --interface "127.5.5.$i"; done > /dev/null
tell asked sorry
echo "turn asked sorry $REPLY"
