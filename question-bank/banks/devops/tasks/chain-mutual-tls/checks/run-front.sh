#!/bin/bash
# A back of the grader's own, which changes who it is when it is told to.
if [ "$HOST" = front ]; then
  nginx > /dev/null 2>&1
  be() { exec 4<> /dev/tcp/10.77.0.12/7999 && echo "$1" >&4 && read -r -t 5 _ <&4; exec 4>&-; }
  ask() { curl -q --silent --max-time 6 "$@" "http://127.0.0.1:{{door}}/$NONCE"; }
  for _ in 1 2 3 4 5 6 7 8; do ask --output /dev/null && break; sleep 0.2; done
  be strict
  echo "strict $(ask --write-out '%{http_code}' | tr '\n' ' ' | cut -c 1-300)"
  for who in open foreign named late; do
    be "$who"
    echo "$who $(ask --output /dev/null --write-out '%{http_code}')"
  done
  exit 0
fi

cd "$(mktemp -d)" || exit 1
derived() {
  local hex
  hex=30310201010420$(printf '%s' "$2" | sha256sum | cut -c 1-64)a00a06082a8648ce3d030107
  printf "$(sed 's/../\\x&/g' <<< "$hex")" | openssl ec -inform DER -out "$1.key"
}
# authority NAME SEED and signed CA NAME SUBJECT [HOSTNAME] [first day] [last day].
authority() {
  derived "$1" "$2"
  openssl req -x509 -key "$1.key" -subj "/O={{app}}/CN=Internal CA" -set_serial 18 -days 99 -out "$1.pem"
}
signed() {
  derived "$2" "$NONCE $2"
  : > index
  printf "[a]\ndatabase=index\nnew_certs_dir=.\npolicy=p\nrand_serial=yes\ndefault_md=sha256\n" > conf
  printf "unique_subject=no\nx509_extensions=x\n[p]\nO=optional\nCN=supplied\n[x]\nbasicConstraints=CA:FALSE\n" >> conf
  [ -z "${4-}" ] || echo "subjectAltName=DNS:$4" >> conf
  openssl req -new -key "$2.key" -subj "$3" |
    openssl ca -batch -config conf -name a -cert "$1.pem" -keyfile "$1.key" -notext -in /dev/stdin -out "$2.pem" \
      -startdate "${5:-20260101000000Z}" -enddate "${6:-20490101000000Z}"
}
{
  authority ca '{{seed}} ca'
  authority foreign "$NONCE"
  signed ca open /O={{app}}/CN={{app}}.internal {{app}}.internal
  signed ca named /O={{app}}/CN={{app}}.example {{app}}.example
  signed ca late /O={{app}}/CN={{app}}.internal {{app}}.internal 20240101000000Z 20260201000000Z
  signed foreign foreign-server /O={{app}}/CN={{app}}.internal {{app}}.internal
  mv foreign-server.pem foreign.pem
  mv foreign-server.key foreign.key
  cp open.pem strict.pem
  cp open.key strict.key
} > /dev/null 2>&1
cat > back.py <<'PY'
import os, socket, ssl, threading

mode = "open"


def context(name):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(name + ".pem", name + ".key")
    if name == "strict":
        made.load_verify_locations("ca.pem")
        made.verify_mode = ssl.CERT_REQUIRED
    made.sni_callback = lambda sock, server, _: setattr(sock, "asked", server)
    return made


contexts = {name: context(name) for name in ("strict", "open", "foreign", "named", "late")}


def told(listener):
    global mode
    while True:
        peer, _ = listener.accept()
        with peer, peer.makefile("rw") as lines:
            mode = lines.readline().strip()
            print("ok", file=lines, flush=True)


def serve(peer):
    try:
        peer.settimeout(5)
        with contexts[mode].wrap_socket(peer, server_side=True) as tls:
            with tls.makefile("rb") as lines:
                path = lines.readline().split()[1].decode()
                headers = dict(line.split(b": ", 1) for line in iter(lambda: lines.readline().strip(), b""))
            host = {name.lower(): value for name, value in headers.items()}.get(b"host", b"").decode()
            subject = ",".join("=".join(part[0]) for part in (tls.getpeercert() or {}).get("subject", ()))
            text = f"{os.environ['NONCE']} {path} {host} {getattr(tls, 'asked', None)} {subject}\n".encode()
            tls.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n" % len(text) + text)
    except (OSError, ValueError, IndexError):
        peer.close()


def listening(port):
    listener = socket.create_server(("0.0.0.0", port), backlog=50)
    return listener


control, door = listening(7999), listening({{tls}})
open("ready", "w").close()
threading.Thread(target=told, args=(control,), daemon=True).start()
while True:
    threading.Thread(target=serve, args=(door.accept()[0],), daemon=True).start()
PY
setsid python3 -IS back.py > /dev/null 2>&1 < /dev/null &
for _ in {1..80}; do [ -e ready ] && break; sleep 0.05; done
