#!/bin/bash
# Asks back with certificates that the grader makes itself; the CA's key follows from the seed.
[ "$HOST" = back ] || exit 0
echo "page $NONCE" > /srv/{{app}}/page-$NONCE.html
chmod 644 /srv/{{app}}/page-$NONCE.html
nginx > /dev/null 2>&1

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
  signed ca front /O={{app}}/CN={{app}}-front
  signed ca other /O={{app}}/CN={{app}}-monitor
  signed ca late /O={{app}}/CN={{app}}-front '' 20240101000000Z 20260201000000Z
  signed foreign stranger /O={{app}}/CN={{app}}-front
} > /dev/null 2>&1
ask() {
  curl -q --silent --max-time 4 --resolve {{app}}.internal:{{tls}}:10.77.0.12 "$@" \
    "https://{{app}}.internal:{{tls}}/page-$NONCE.html"
}
for _ in 1 2 3 4 5 6 7 8; do ask --insecure --output /dev/null && break; sleep 0.2; done
ask --cacert ca.pem --output /dev/null
echo "certificate $?"
for who in front other late stranger none; do
  shown=(--cert "$who.pem" --key "$who.key")
  [ "$who" != none ] || shown=()
  rm -f body
  code=$(ask --insecure "${shown[@]}" --output body --write-out '%{http_code}')
  echo "$who $code $(grep -s '^page' body | tr '\n' ' ')"
done
