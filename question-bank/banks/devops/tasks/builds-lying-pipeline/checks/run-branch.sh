#!/bin/bash
# A good commit without a tag, on top of one with a tag.
cd /srv/{{project}} || exit 1
export HOME=/root GIT_AUTHOR_NAME=g GIT_AUTHOR_EMAIL=g@example.com GIT_COMMITTER_NAME=g GIT_COMMITTER_EMAIL=g@example.com
printf '#!/bin/bash\nstatus=0\nfor file in "$@"; do grep -q " $" -- "$file" && { echo "lint: $file"; status=1; }; done\necho lint >> /tmp/stages\nexit "$status"\n' > bin/lint
printf '#!/bin/bash\nstatus=0\nfor file in "$1"/*.txt; do if grep -q "^FIXME" -- "$file"; then echo "not ok ${file##*/}"; status=1; else echo "ok ${file##*/}"; fi; done\necho test >> /tmp/stages\nexit "$status"\n' > bin/test
chmod +x bin/lint bin/test
rm -rf out /tmp/stages
commit() { git add -A; git -c core.hooksPath=/dev/null commit --quiet --no-verify -m "$1"; }
pipeline() { (cd / && /srv/{{project}}/ci/run.sh) > /dev/null 2>&1; echo "$1 $?"; }
rm -rf '{{registry}}'; mkdir -p '{{registry}}'
echo "Next $NONCE." > "src/next-$NONCE.txt"
commit 'Add the next page'
pipeline untagged
