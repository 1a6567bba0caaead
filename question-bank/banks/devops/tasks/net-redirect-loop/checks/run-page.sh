#!/bin/bash
# The page and a new file of this grading, from a fresh start.
nginx > /dev/null 2>&1
ask() { curl --silent --insecure --max-time 3 --resolve "{{site}}.example:{{front}}:127.0.0.1" "$@"; }
for _ in 1 2 3 4 5 6 7 8; do ask --output /dev/null "https://{{site}}.example:{{front}}/" && break; sleep 0.2; done
echo "new $NONCE" > /srv/{{site}}/new.html
ask --write-out '%{http_code} ' "https://{{site}}.example:{{front}}/"
ask --write-out '%{http_code}' "https://{{site}}.example:{{front}}/new.html"
