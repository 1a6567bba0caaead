#!/bin/bash
# A tagged commit whose test fails.
cd /srv/{{project}} || exit 1
export HOME=/root GIT_AUTHOR_NAME=g GIT_AUTHOR_EMAIL=g@example.com GIT_COMMITTER_NAME=g GIT_COMMITTER_EMAIL=g@example.com
printf '#!/bin/bash\nstatus=0\nfor file in "$@"; do grep -q " $" -- "$file" && { echo "lint: $file"; status=1; }; done\necho lint >> /tmp/stages\nexit "$status"\n' > bin/lint
printf '#!/bin/bash\nstatus=0\nfor file in "$1"/*.txt; do if grep -q "^FIXME" -- "$file"; then echo "not ok ${file##*/}"; status=1; else echo "ok ${file##*/}"; fi; done\necho test >> /tmp/stages\nexit "$status"\n' > bin/test
chmod +x bin/lint bin/test
rm -rf out /tmp/stages
commit() { git add -A; git -c core.hooksPath=/dev/null commit --quiet --no-verify -m "$1"; }
pipeline() { (cd / && /srv/{{project}}/ci/run.sh) > /dev/null 2>&1; echo "$1 $?"; }
ls '{{registry}}' | sort > /tmp/before
echo "FIXME $NONCE" > "src/broken-$NONCE.txt"
commit 'Break a test'
git tag v7.0.0
pipeline red
if cmp -s /tmp/before <(ls '{{registry}}' | sort); then echo 'nothing published'; else echo 'published'; fi
if ls out/*.tar > /dev/null 2>&1; then echo 'packaged'; else echo 'nothing packaged'; fi
