#!/bin/bash
# The whole chain, from a fresh start, with a page of this grading.
if [ "$HOST" = back ]; then
  echo "page $NONCE" > /srv/{{app}}/page-$NONCE.html
  chmod 644 /srv/{{app}}/page-$NONCE.html
  nginx > /dev/null 2>&1
  exit 0
fi
nginx > /dev/null 2>&1
ask() { curl -q --silent --max-time 5 "$@" "http://10.77.0.11:{{door}}/page-$NONCE.html"; }
for _ in 1 2 3 4 5 6 7 8; do ask --fail --output /dev/null && break; sleep 0.2; done
ask --write-out '%{http_code}'
