#!/bin/bash
# The chain with a page of this grading; then back is asked by strangers, one of them with a certificate of the authority.
if [ "$HOST" = back ]; then
  mkdir -p /srv/{{service}}
  echo "page $NONCE" > "/srv/{{service}}/page-$NONCE"
  nginx > /dev/null 2>&1
  for _ in {1..50}; do (echo > /dev/tcp/127.0.0.1/{{tls}}) 2> /dev/null && break; sleep 0.1; done
  exit 0
fi
nginx > /dev/null 2>&1
work=$(mktemp -d)
cat > "$work/ca.key" <<'KEY'
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgZzFrdSAI6npn8P7H
75M061wvRy/fa3d3q4YHkaUyibehRANCAARaPDscsmR3RdMK2hJekfwifjeA6WQT
0sJwRo2AHQqStlOTjUlOgWShHDzsjnzOKnvkFLY8LMtSB1R54vK23lzi
-----END PRIVATE KEY-----
KEY
CAKEY=$work/ca.key
ca() { openssl req -x509 -new -key "$1" -sha256 -days 3650 -set_serial "$4" -subj "/CN=$2" -out "$3" 2> /dev/null; }
issue() { # NAME FILE [SAN]
  openssl ecparam -name prime256v1 -genkey -noout -out "$2.key" 2> /dev/null
  openssl req -new -key "$2.key" -subj "/CN=$1" -out "$2.csr" 2> /dev/null
  openssl x509 -req -in "$2.csr" -CA /etc/ssl/chain/ca.pem -CAkey "$CAKEY" -set_serial "0x$(openssl rand -hex 8)" -days 365 -sha256 \
    -extfile <(echo "subjectAltName=DNS:${3:-$1}") -out "$2.pem" 2> /dev/null
  rm -f "$2.csr"
}
ca "$work/ca.key" '{{service}} authority 2' /etc/ssl/chain/ca.pem 2
issue front "$work/front"
issue "other-${NONCE:0:8}" "$work/other"
for _ in {1..30}; do (echo > /dev/tcp/127.0.0.1/{{port}}) 2> /dev/null && break; sleep 0.1; done
printf 'page '; curl --silent --max-time 5 "http://127.0.0.1:{{port}}/page-$NONCE" | head -c 200
direct() { curl --silent --insecure --max-time 5 --output "$work/answer" --write-out '%{http_code}' "$@" "https://back:{{tls}}/page-$NONCE"; }
echo "nobody $(direct)"
echo "other $(direct --cert "$work/other.pem" --key "$work/other.key")"
echo "front $(direct --cert "$work/front.pem" --key "$work/front.key") $(head -c 200 "$work/answer")"
