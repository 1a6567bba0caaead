#!/bin/bash
# Files at and above the limit, one of them removed again in the same push.
export HOME=/root GIT_AUTHOR_NAME=g GIT_AUTHOR_EMAIL=g@example.com GIT_COMMITTER_NAME=g GIT_COMMITTER_EMAIL=g@example.com
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
rm -rf /tmp/try
git clone --quiet /srv/git/{{project}}.git /tmp/try 2> /dev/null && cd /tmp/try || exit 1
save() { git add -A; git commit --quiet --allow-empty -m "$1" ${2:+-m "$2"}; }
push() { if git push --quiet origin "${@:2}" > /dev/null 2>&1; then echo "$1 taken"; else echo "$1 refused"; fi; }

git checkout --quiet -b fits
head -c $(({{kib}} * 1024)) /dev/urandom > fits.bin
save "At the limit $NONCE" 'Ticket: {{prefix}}-61'
push at-limit fits
git checkout --quiet -b large
head -c $(({{kib}} * 1024 + 1)) /dev/urandom > large.bin
save "Above the limit $NONCE" 'Ticket: {{prefix}}-62'
git rm --quiet large.bin
save 'Remove it again' 'Ticket: {{prefix}}-63'
push removed-again large
git checkout --quiet -b known origin/main
git mv old-dump.txt moved.txt
save "Move what is there $NONCE" 'Ticket: {{prefix}}-64'
push known known
