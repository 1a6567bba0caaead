#!/bin/bash
# Each site with a page of this grading, in and out of service.
[ "$HOST" = back ] || exit 0
nginx > /dev/null 2>&1
ask() { curl -q --silent --max-time 4 --resolve "{{site}}.internal:$port:10.77.0.12" "$@"; }
for site in one two; do
  port={{one}}
  [ "$site" = one ] || port={{two}}
  echo "page $site $NONCE" > "/srv/{{site}}/$site/$NONCE.html"
  chmod 644 "/srv/{{site}}/$site/$NONCE.html"
  for _ in 1 2 3 4 5 6 7 8; do ask --output /dev/null "http://{{site}}.internal:$port/" && break; sleep 0.2; done
  health() { ask --output /dev/null --write-out '%{http_code}\n' "http://{{site}}.internal:$port/health"; }
  echo in > "/srv/{{site}}/$site/in-service"
  chmod 644 "/srv/{{site}}/$site/in-service"
  health
  rm -f "/srv/{{site}}/$site/in-service"
  health
  ask "http://{{site}}.internal:$port/$NONCE.html"
  ask -H 'Host: other.example' "http://{{site}}.internal:$port/"
done
ask --write-out '%{http_code}\n' --output /dev/null http://10.77.0.12:{{sorry}}/health
