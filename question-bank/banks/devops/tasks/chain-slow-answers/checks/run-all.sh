#!/bin/bash
# An application of the grader's on back, and long requests to front.
if [ "$HOST" = back ]; then
  cat > /tmp/app.py <<'PY'
import http.server, sys, time
nonce, port = sys.argv[1], int(sys.argv[2])
class App(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def host(self): return self.headers.get("Host", "").split(":")[0]
    def answer(self, text, status=200):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def do_GET(self):
        if self.path.startswith("/slow-"): time.sleep(6); self.answer(f"{self.host()} slow {nonce}\n")
        elif self.path.startswith("/events/"):
            self.send_response(200)
            self.send_header("Content-Type", "text/plain")
            self.send_header("Connection", "close")
            self.end_headers()
            for number in range(3):
                self.wfile.write(f"{self.host()} {number} {nonce}\n".encode()); self.wfile.flush()
                time.sleep(2)
            self.close_connection = True
        elif self.path.startswith("/live/"):
            asked = self.headers.get("Upgrade", ""), self.headers.get("Connection", ""), self.request_version
            if asked[0] == f"{nonce[:8]}" and "upgrade" in asked[1].lower() and asked[2] == "HTTP/1.1":
                self.send_response(101)
                self.send_header("Upgrade", nonce[:8])
                self.send_header("Connection", "Upgrade")
                self.end_headers()
                line = self.rfile.readline().decode().strip()
                self.wfile.write(f"{self.host()} heard {line}\n".encode()); self.wfile.flush()
            else: self.answer(f"not upgraded: {asked}\n", 400)
            self.close_connection = True
        else: self.answer(f"{self.host()} {self.path} {nonce}\n")
    def do_POST(self):
        left = int(self.headers.get("Content-Length", "0")); total = 0
        while left > 0:
            part = self.rfile.read(min(left, 65536))
            if not part: break
            total += len(part); left -= len(part)
        self.answer(f"{self.host()} took {total} {nonce}\n")
    def log_message(self, *args): pass
http.server.ThreadingHTTPServer(("0.0.0.0", port), App).serve_forever()
PY
  setsid python3 /tmp/app.py "$NONCE" {{app}} > /dev/null 2>&1 < /dev/null &
  for _ in {1..100}; do (echo > /dev/tcp/127.0.0.1/{{app}}) 2> /dev/null && break; sleep 0.1; done
  exit 0
fi
nginx > /dev/null 2>&1
for _ in {1..50}; do curl --silent --max-time 3 --output /dev/null "http://127.0.0.1:{{port}}/ready-$NONCE" && break; sleep 0.1; done
ask() { curl --silent --max-time 12 --header "Host: shop-${NONCE:0:6}.example" "$@"; }
url=http://127.0.0.1:{{port}}
ask "$url/slow-$NONCE" > /tmp/slow &
(begin=$(date +%s); ask --no-buffer "$url/events/$NONCE" | while read -r line; do echo "$(( $(date +%s) - begin )) $line"; done) > /tmp/events &
head -c $(( {{size}} * 1000000 )) /dev/zero > /tmp/large
head -c 1500000 /dev/zero > /tmp/small
echo "upload $(ask --data-binary @/tmp/large --header 'Expect:' "$url/upload/$NONCE" | head -c 200)"
echo "elsewhere $(ask --data-binary @/tmp/small --header 'Expect:' --output /dev/null --write-out '%{http_code}' "$url/other-$NONCE")"
python3 - "$NONCE" {{port}} <<'PY'
import socket, sys
nonce, port = sys.argv[1], int(sys.argv[2])
try:
    peer = socket.create_connection(("127.0.0.1", port), 5)
    peer.settimeout(5)
    peer.sendall(f"GET /live/{nonce} HTTP/1.1\r\nHost: shop-{nonce[:6]}.example\r\nUpgrade: {nonce[:8]}\r\nConnection: Upgrade\r\n\r\n".encode())
    data = b""
    while b"\r\n\r\n" not in data:
        part = peer.recv(4096)
        if not part: break
        data += part
    status = data.split(b"\r\n")[0].split(b" ")[1].decode() if data else "nothing"
    if status == "101":
        peer.sendall(b"word-" + nonce.encode() + b"\n")
        data = b""
        while b"\n" not in data:
            part = peer.recv(4096)
            if not part: break
            data += part
        print("live 101", data.decode(errors="replace").strip()[:200])
    else: print("live", status)
except OSError as error: print("live", error)
PY
wait
sed 's/^/slow /' /tmp/slow | head -c 300
sed 's/^/event /' /tmp/events | head -c 600
