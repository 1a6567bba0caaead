#!/bin/bash
# An application of the grader's on back; front is asked in the order of the checks.
if [ "$HOST" = back ]; then
  cat > /tmp/app.py <<'PY'
import collections, http.server, os, sys
nonce, port = sys.argv[1], int(sys.argv[2])
counts = collections.Counter()
class App(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        host = self.headers.get("Host", "").split(":")[0]
        who = "nobody"
        for part in self.headers.get("Cookie", "").split(";"):
            name, _, value = part.strip().partition("=")
            if name == "{{cookie}}": who = value
        counts[host + self.path + who] += 1
        if self.path == "/down-" + nonce: os._exit(0)
        count = counts[host + self.path + who]
        status = 500 if self.path.startswith("/flaky") and count == 1 else 200
        body = f"{host} {self.path} {who} {nonce} {count}\n".encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args): pass
http.server.ThreadingHTTPServer(("0.0.0.0", port), App).serve_forever()
PY
  setsid python3 /tmp/app.py "$NONCE" {{app}} > /dev/null 2>&1 < /dev/null &
  for _ in {1..100}; do (echo > /dev/tcp/127.0.0.1/{{app}}) 2> /dev/null && break; sleep 0.1; done
  exit 0
fi
nginx > /dev/null 2>&1
get() {
  local name=$1 path=$2
  shift 2
  curl --silent --max-time 6 --resolve "$name:{{port}}:127.0.0.1" "$@" "http://$name:{{port}}$path"
}
site={{site}}.example
for _ in {1..50}; do get "$site" "/ready-$NONCE" > /dev/null && break; sleep 0.1; done
one() { printf '%s ' "$1"; shift; get "$@" | head -c 200; }

one apart-1 "$site" "/about?$NONCE"
one apart-2 "help.$site" "/about?$NONCE"
one apart-3 "$site" "/about?other"
one apart-4 "help.$site" "/about?$NONCE"

one people-1 "$site" "/me-$NONCE"
one people-2 "$site" "/me-$NONCE" --cookie '{{cookie}}=ann'
one people-3 "$site" "/me-$NONCE" --cookie '{{cookie}}=bob'
one people-4 "$site" "/me-$NONCE" --cookie '{{cookie}}=ann'
one people-5 "$site" "/me-$NONCE"

one errors-1 "$site" "/flaky-$NONCE"
one errors-2 "$site" "/flaky-$NONCE"
one errors-3 "$site" "/flaky-$NONCE"

one fresh-1 "$site" "/news-$NONCE"
one fresh-2 "$site" "/news-$NONCE"
sleep 4
one fresh-3 "$site" "/news-$NONCE"
get "$site" "/down-$NONCE" > /dev/null
sleep 4
one fresh-4 "$site" "/news-$NONCE"
