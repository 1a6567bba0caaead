#!/bin/bash
# A conversation with a pause of 6 seconds, and a plain request.
nginx > /dev/null 2>&1
if [ "$HOST" = back ]; then
  cat > /tmp/app.py <<'PY'
import base64, hashlib, http.server, os, time, urllib.parse

NONCE = os.environ.get("NONCE", "{{app}}")
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        if url.path == "/events":
            self.events()
        elif url.path == "/live" and "upgrade" in self.headers.get("Connection", "").lower():
            self.live()
        else:
            time.sleep(float(urllib.parse.parse_qs(url.query).get("wait", ["0"])[0]))
            self.answer(200, f"{url.path} {NONCE}")

    def do_POST(self):
        digest = hashlib.sha256()
        left = int(self.headers.get("Content-Length", 0))
        while left:
            part = self.rfile.read(min(left, 65536))
            digest.update(part)
            left -= len(part)
        self.answer(200, f"{NONCE} {digest.hexdigest()}")

    def answer(self, status, text):
        body = f"{text}\n".encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def events(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for number in (1, 2):
            self.wfile.write(f"data: {number} {NONCE}\n\n".encode())
            self.wfile.flush()
            time.sleep(6)

    def live(self):
        key = self.headers.get("Sec-WebSocket-Key")
        if self.headers.get("Upgrade", "").lower() != "websocket" or not key or self.request_version != "HTTP/1.1":
            self.answer(400, "no WebSocket")
            return
        accept = base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()
        self.wfile.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept.encode() + b"\r\n\r\n"
        )
        # A real client speaks in frames; lines are enough here, the proxies do not look at them.
        for line in self.rfile:
            self.wfile.write(f"{NONCE} heard {line.decode(errors='replace').strip()[:100]}\n".encode())

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", {{inner}}), Handler).serve_forever()
PY
  setsid python3 -IS /tmp/app.py > /dev/null 2>&1 < /dev/null &
  for _ in {1..80}; do (echo > /dev/tcp/127.0.0.1/{{inner}}) 2> /dev/null && break; sleep 0.05; done
  exit 0
fi
ask() { curl -q --silent --max-time 15 "$@"; }
url=http://127.0.0.1:{{door}}
for _ in 1 2 3 4 5 6 7 8; do ask --output /dev/null "$url/" && break; sleep 0.2; done
key=$(printf '%s' "${NONCE:0:16}" | base64)
exec 5<> /dev/tcp/127.0.0.1/{{door}}
printf '%s\r\n' 'GET /live HTTP/1.1' 'Host: front' 'Connection: keep-alive, Upgrade' 'Upgrade: websocket' \
  'Sec-WebSocket-Version: 13' "Sec-WebSocket-Key: $key" '' >&5
while read -r -t 5 -u 5 line; do
  line=${line%$'\r'}
  case $line in
    HTTP/*) echo "${line:0:12}" ;;
    [Ss]ec-[Ww]eb[Ss]ocket-[Aa]ccept:*) echo "${line#*: }" ;;
    '') break ;;
  esac
done
echo "first ${NONCE:0:8}" >&5
read -r -t 5 -u 5 line && echo "$line"
sleep 6
echo "second ${NONCE:8:8}" >&5
read -r -t 5 -u 5 line && echo "$line"
ask --write-out 'plain %{http_code}\n' "$url/live"
