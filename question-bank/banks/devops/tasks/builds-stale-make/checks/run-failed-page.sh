#!/bin/bash
# A page includes what does not exist; afterwards it is repaired.
cd /srv/{{project}} || exit 1
rm -rf '{{output}}'
printf 'Good so far %s.\n!include no-such-page\n' "$NONCE" > pages/broken.txt
make > /dev/null 2>&1; echo "broken $?"
if [ -e '{{output}}/broken.html' ]; then echo left; else echo none; fi
echo 'Now it is there.' > pages/no-such-page
make > /dev/null 2>&1; echo "repaired $?"
