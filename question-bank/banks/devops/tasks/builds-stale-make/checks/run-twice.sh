#!/bin/bash
# From nothing, with a page of this grading's nonce; twice.
cd /srv/{{project}} || exit 1
rm -rf '{{output}}'
echo "Nonce $NONCE." > "pages/new-$NONCE.txt"
state() { find '{{output}}' -type f -printf '%P %T@ %i\n' | LC_ALL=C sort; }
make > /dev/null 2>&1; echo "first $?"
state > /tmp/first
sleep 0.05
make > /dev/null 2>&1; echo "second $?"
state > /tmp/second
if cmp -s /tmp/first /tmp/second; then echo 'same'; else diff /tmp/first /tmp/second | sed -n 's/^> \([^ ]*\) .*/rebuilt \1/p'; fi
