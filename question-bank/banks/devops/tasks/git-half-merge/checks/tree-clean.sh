. /task/lib.sh
expected='main checked out, every file as committed, no merge in progress'
repo=/srv/{{project}}
facts=$(git_facts "$repo") || fail "$expected" "no readable repository at $repo"
cd "$facts" || exit 1
[ ! -e MERGE_HEAD ] || fail "$expected" 'a merge is still in progress'
[ "$(git symbolic-ref --quiet HEAD)" = refs/heads/main ] || fail "$expected" 'main is not checked out'
staged=$(git diff-index --cached --name-only refs/heads/main) || fail "$expected" 'the index is not readable'
[ -z "$staged" ] || fail "$expected" "staged but not committed: $(tr '\n' ' ' <<< "$staged")"

committed=$(git ls-tree -r refs/heads/main) || fail "$expected" 'main is not readable'
while read -r _ _ blob name; do
  file=$(lab_file "$repo/$name") || fail "$expected" "missing in the working tree: $name"
  [ "$(git hash-object --no-filters -- "$file")" = "$blob" ] || fail "$expected" "changed: $name"
done <<< "$committed"
place=$(lab_path "$repo") || exit 1
extra=$(cd "$place" && find . -mindepth 1 -maxdepth 2 -not -path './.git*' -not -type d -printf '%P\n' | sort)
tracked=$(cut -f2 <<< "$committed" | sort)
left=$(comm -23 <(printf '%s\n' "$extra") <(printf '%s\n' "$tracked") | tr '\n' ' ')
[ -z "${left// /}" ] || fail "$expected" "not tracked: $left"
pass 'clean'
