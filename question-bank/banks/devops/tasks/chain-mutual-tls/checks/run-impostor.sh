#!/bin/bash
# A machine with the right name and page, whose certificate is nobody's.
if [ "$HOST" = back ]; then
  cd "$(mktemp -d)" || exit 1
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj '/CN={{service}}.internal' \
    -addext 'subjectAltName=DNS:{{service}}.internal,DNS:back' -keyout key.pem -out cert.pem 2> /dev/null
  cat > impostor.py <<'PY'
import http.server, ssl, sys
nonce, port = sys.argv[1], int(sys.argv[2])
class Impostor(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        open("/tmp/asked", "a").write(self.path + "\n")
        body = f"stolen {nonce}\n".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args): pass
server = http.server.ThreadingHTTPServer(("0.0.0.0", port), Impostor)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("cert.pem", "key.pem")
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
PY
  setsid python3 impostor.py "$NONCE" {{tls}} > /dev/null 2>&1 < /dev/null &
  for _ in {1..50}; do (echo > /dev/tcp/127.0.0.1/{{tls}}) 2> /dev/null && break; sleep 0.1; done
  exit 0
fi
nginx > /dev/null 2>&1
for _ in {1..30}; do (echo > /dev/tcp/127.0.0.1/{{port}}) 2> /dev/null && break; sleep 0.1; done
echo "there $(curl --silent --insecure --max-time 5 "https://back:{{tls}}/")"
echo "front $(curl --silent --max-time 5 --output /tmp/answer --write-out '%{http_code}' "http://127.0.0.1:{{port}}/")"
if grep -q stolen /tmp/answer; then echo shown; else echo 'not shown'; fi
