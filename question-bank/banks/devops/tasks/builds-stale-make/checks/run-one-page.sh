#!/bin/bash
# One page changes after a complete build.
cd /srv/{{project}} || exit 1
rm -rf '{{output}}'
make > /dev/null 2>&1 || { echo 'make failed'; exit 1; }
state() { find '{{output}}' -type f -printf '%P %T@ %i\n' | LC_ALL=C sort; }
state > /tmp/first
sleep 0.05
echo "Changed $NONCE." > 'pages/{{first}}.txt'
make > /dev/null 2>&1 || { echo 'make failed'; exit 1; }
state > /tmp/second
diff /tmp/first /tmp/second | sed -n 's/^> \([^ ]*\) .*/\1/p'
