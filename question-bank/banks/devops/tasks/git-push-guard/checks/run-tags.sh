#!/bin/bash
# Tags: a new version, one that moves, one that is deleted, and another tag.
export HOME=/root GIT_AUTHOR_NAME=g GIT_AUTHOR_EMAIL=g@example.com GIT_COMMITTER_NAME=g GIT_COMMITTER_EMAIL=g@example.com
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
rm -rf /tmp/try
git clone --quiet /srv/git/{{project}}.git /tmp/try 2> /dev/null && cd /tmp/try || exit 1
save() { git add -A; git commit --quiet --allow-empty -m "$1" ${2:+-m "$2"}; }
push() { if git push --quiet origin "${@:2}" > /dev/null 2>&1; then echo "$1 taken"; else echo "$1 refused"; fi; }

git tag v1.1.0
push made v1.1.0
save "Later $NONCE" 'Ticket: {{prefix}}-71'
push later main
git tag -f v1.0.0 > /dev/null
push moved --force v1.0.0
push deleted --delete v1.0.0
git tag nightly HEAD~1
push other nightly
git tag -f nightly > /dev/null
push other-moved --force nightly
