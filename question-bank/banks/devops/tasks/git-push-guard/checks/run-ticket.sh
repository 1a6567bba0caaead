#!/bin/bash
# Commits with and without a ticket, on a new branch and on main.
export HOME=/root GIT_AUTHOR_NAME=g GIT_AUTHOR_EMAIL=g@example.com GIT_COMMITTER_NAME=g GIT_COMMITTER_EMAIL=g@example.com
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
rm -rf /tmp/try
git clone --quiet /srv/git/{{project}}.git /tmp/try 2> /dev/null && cd /tmp/try || exit 1
save() { git add -A; git commit --quiet --allow-empty -m "$1" ${2:+-m "$2"}; }
push() { if git push --quiet origin "${@:2}" > /dev/null 2>&1; then echo "$1 taken"; else echo "$1 refused"; fi; }

git checkout --quiet -b with
save "Good $NONCE" 'Ticket: {{prefix}}-1200'
push with with
git checkout --quiet -b without
save "Bad $NONCE"
save 'Good on top' 'Ticket: {{prefix}}-7'
push first-of-two without
git checkout --quiet -b other with
save "Other prefix $NONCE" 'Ticket: X{{prefix}}-7'
push other-prefix other
git checkout --quiet -b zero with
save "Leading zero $NONCE" 'Ticket: {{prefix}}-07'
push leading-zero zero
git checkout --quiet -b known origin/main
push known known
