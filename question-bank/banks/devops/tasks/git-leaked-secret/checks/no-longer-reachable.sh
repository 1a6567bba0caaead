. /task/lib.sh
expected='no object that a branch or a tag leads to holds the key'
facts=$(git_facts /srv/{{project}}) || fail "$expected" 'no readable repository at /srv/{{project}}'
cd "$facts" || exit 1
for ref in refs/heads/main 'refs/heads/{{branch}}' refs/tags/v1.0 refs/tags/v1.1; do
  git rev-parse --verify --quiet "$ref^{commit}" > /dev/null || fail "$expected" "$ref does not exist"
done
objects=$(git rev-list --objects --all | cut -d' ' -f1) || fail "$expected" 'the history is not readable'
for object in $objects; do
  if git cat-file -p "$object" 2> /dev/null | grep -qF '{{secret}}'; then
    fail "$expected" "$(git cat-file -t "$object") ${object:0:10} holds it"
  fi
done
pass "$(wc -w <<< "$objects") objects without it"
