#!/bin/bash
# One good deploy, then three that cannot work; prints the exit statuses only.
mkdir -p /tmp/good /tmp/bad/a /tmp/bad/z
echo "kept $NONCE" > '/tmp/good/kept page.html'
echo "kept $NONCE" > /tmp/good/.kept
for name in a/first.html z/last.html; do echo other > "/tmp/bad/$name"; done
# A name that turns out to lead nowhere is not a regular file; a directory without access is one
# way of "cannot be read" that even root meets here: the run drops its right to pass over modes.
echo secret > /tmp/bad/m-unreadable.html
chmod 000 /tmp/bad/m-unreadable.html
cd /tmp
attempt() { setpriv --bounding-set=-dac_override,-dac_read_search --inh-caps=-dac_override,-dac_read_search /opt/deploy/deploy.sh "$@" > /dev/null 2>&1; echo "$?"; }
attempt /tmp/good
attempt /tmp/does-not-exist
attempt /tmp/good/.kept
attempt /tmp/bad
