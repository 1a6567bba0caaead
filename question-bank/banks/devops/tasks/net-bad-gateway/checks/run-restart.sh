#!/bin/bash
# A fresh start of both services from what is on disk.
/opt/{{app}}/bin/ctl start > /dev/null
nginx > /dev/null
for _ in 1 2 3 4 5 6; do
  curl --silent --show-error --fail --max-time 3 -H 'Host: {{site}}' "http://127.0.0.1:{{front}}/status?nonce=$NONCE" && exit 0
  sleep 0.3
done
exit 1
