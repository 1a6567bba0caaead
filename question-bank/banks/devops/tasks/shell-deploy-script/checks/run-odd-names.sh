#!/bin/bash
# A release whose names and contents come from this grading's nonce, deployed by a relative path.
source=/srv/incoming/$NONCE
mkdir -p "$source/sub dir/deep" "$source/-dash" '{{target}}/{{site}}'
echo "plain $NONCE" > "$source/page.html"
echo "two  spaces $NONCE" > "$source/two  spaces ${NONCE:0:4}.html"
echo "glob $NONCE" > "$source/*.html"
echo "dash $NONCE" > "$source/-n"
echo "dash directory $NONCE" > "$source/-dash/--help"
echo "quote $NONCE" > "$source/it's \"quoted\" \$HOME.txt"
echo "line $NONCE" > "$source/sub dir/two"$'\n'"lines.txt"
echo "deep $NONCE" > "$source/sub dir/deep/tab"$'\t'".txt"
echo "hidden $NONCE" > "$source/.well-known"
echo "back $NONCE" > "$source/back\\slash"
: > "$source/empty file"
echo former > '{{target}}/{{site}}/former page.html'
echo former > '{{target}}/{{site}}/.former'
cd /srv/incoming && /opt/deploy/deploy.sh "$NONCE"
