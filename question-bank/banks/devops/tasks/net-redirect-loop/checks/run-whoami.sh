#!/bin/bash
# Two clients, one of which claims to be somebody else.
nginx > /dev/null 2>&1
ask() { curl --silent --insecure --max-time 3 --resolve "{{site}}.example:{{front}}:127.0.0.1" "$@"; }
for _ in 1 2 3 4 5 6 7 8; do ask --output /dev/null "https://{{site}}.example:{{front}}/" && break; sleep 0.2; done
a=127.77.$((16#${NONCE:0:2})).$((16#${NONCE:2:2} % 200 + 2))
echo "$a"
ask --interface "$a" "https://{{site}}.example:{{front}}/whoami"
ask --interface 127.5.5.5 -H 'X-Forwarded-For: 10.9.8.7' -H 'X-Real-IP: 10.9.8.7' "https://{{site}}.example:{{front}}/whoami"
curl --silent --max-time 3 --output /dev/null --write-out '%{http_code}\n' -H 'Host: {{site}}.example' "http://127.0.0.1:{{app}}/whoami"
