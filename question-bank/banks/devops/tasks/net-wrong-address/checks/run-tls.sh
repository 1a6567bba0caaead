#!/bin/bash
# Both services started from what is on disk; prints the chain that nginx shows and what a client gets.
/opt/{{service}}/bin/ctl start > /dev/null
nginx > /dev/null
for _ in 1 2 3 4 5; do
  openssl s_client -connect 127.0.0.1:{{tls}} -servername '{{service}}.{{zone}}' -showcerts < /dev/null 2> /dev/null |
    sed -n '/^-----BEGIN CERTIFICATE-----$/,/^-----END CERTIFICATE-----$/p' > /tmp/chain
  [ -s /tmp/chain ] && break
  sleep 0.3
done
cat /tmp/chain
echo "answer: $(curl --silent --show-error --max-time 5 --insecure --resolve '{{service}}.{{zone}}:{{tls}}:127.0.0.1' "https://{{service}}.{{zone}}:{{tls}}/rate?nonce=$NONCE" 2>&1)"
