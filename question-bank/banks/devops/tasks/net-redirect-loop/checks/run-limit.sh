#!/bin/bash
# One client asks as fast as it can, another one in the middle of it.
nginx > /dev/null 2>&1
ask() { curl --silent --insecure --max-time 3 --resolve "{{site}}.example:{{front}}:127.0.0.1" "$@"; }
for _ in 1 2 3 4 5 6 7 8; do ask --output /dev/null "https://{{site}}.example:{{front}}/" && break; sleep 0.2; done
# Over one connection, so that even a slow machine is faster than the limit.
ask --interface 127.6.6.6 --output '/tmp/answer-#1' --write-out '%{http_code}\n' "https://{{site}}.example:{{front}}/api/x[1-40]" |
  sort -u
ask --interface 127.7.7.7 --write-out 'other %{http_code}\n' --output /dev/null "https://{{site}}.example:{{front}}/api/x"
