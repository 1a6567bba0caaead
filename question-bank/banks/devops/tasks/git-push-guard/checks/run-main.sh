#!/bin/bash
# main: a new commit, a rewritten one, a deletion; and a topic branch, where that is allowed.
export HOME=/root GIT_AUTHOR_NAME=g GIT_AUTHOR_EMAIL=g@example.com GIT_COMMITTER_NAME=g GIT_COMMITTER_EMAIL=g@example.com
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
rm -rf /tmp/try
git clone --quiet /srv/git/{{project}}.git /tmp/try 2> /dev/null && cd /tmp/try || exit 1
save() { git add -A; git commit --quiet --allow-empty -m "$1" ${2:+-m "$2"}; }
push() { if git push --quiet origin "${@:2}" > /dev/null 2>&1; then echo "$1 taken"; else echo "$1 refused"; fi; }

echo "$NONCE" > news.txt
save "News $NONCE" 'Ticket: {{prefix}}-51'
push added main
git reset --quiet --hard HEAD~2
save "Rewritten $NONCE" 'Ticket: {{prefix}}-52'
push rewritten --force main
push deleted --delete main
git checkout --quiet -b topic origin/topic
git commit --quiet --amend -m "Other draft $NONCE" -m 'Ticket: {{prefix}}-53'
push topic-rewritten --force topic
push topic-deleted --delete topic
