#!/bin/bash
# The same lock twice, the second time on another branch.
cd /srv/{{project}} || exit 1
rm -rf vendor /tmp/fetches /var/cache/{{project}}; mkdir -p /var/cache/{{project}}
export HOME=/root GIT_AUTHOR_NAME=g GIT_AUTHOR_EMAIL=g@example.com GIT_COMMITTER_NAME=g GIT_COMMITTER_EMAIL=g@example.com
cat > bin/fetch <<'SCRIPT'
#!/bin/bash
set -euo pipefail
echo x >> /tmp/fetches
mkdir -p -- "$2"
while read -r name version; do cp -- "/srv/registry/$name-$version.txt" "$2/$name.txt"; done < "$1"
SCRIPT
chmod +x bin/fetch
deps() { (cd / && /srv/{{project}}/ci/deps.sh) > /dev/null 2>&1; echo "$1 $?"; }
fetches() { echo "fetches $(cat /tmp/fetches 2> /dev/null | wc -l)"; }
echo "{{library}} $NONCE" > "/srv/registry/{{library}}-$NONCE.txt"
printf '{{library}} %s\n' "$NONCE" > deps.lock
deps first
rm -rf vendor
git checkout --quiet -b "other/$NONCE" 2> /dev/null
deps second
fetches
