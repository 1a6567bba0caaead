. /task/lib.sh
expected='on main: a commit whose parents are the former main and {{release}}'
facts=$(git_facts /srv/{{project}}) || fail "$expected" 'no readable repository at /srv/{{project}}'
cd "$facts" || exit 1
start=$((1732000000 + {{minute}} * 60))
main="$((start + 3000)) Leave out cancelled orders"
release="$((start + 1800)) Print the number of orders"
merges=$(git rev-list --merges -n 50 refs/heads/main) || fail "$expected" 'main is not readable'
for merge in $merges; do
  parents=$(git log --no-walk=unsorted --format='%ct %s' $(git log -1 --format=%P "$merge"))
  [ "$(sort <<< "$parents")" = "$(printf '%s\n' "$main" "$release" | sort)" ] &&
    pass "$(git log -1 --format='%h %s' "$merge")"
done
fail "$expected" "main at: $(git log -1 --format='%h %s (%p)' refs/heads/main)"
