. /task/lib.sh
expected='the same branches, tags and commits, with REMOVED in place of the key'
facts=$(git_facts /srv/{{project}}) || fail "$expected" 'no readable repository at /srv/{{project}}'
cd "$facts" || exit 1
refs=$(git for-each-ref --format='%(refname)' refs/heads refs/tags | LC_ALL=C sort | tr '\n' ' ')
wanted=$(printf '%s\n' refs/heads/main 'refs/heads/{{branch}}' refs/tags/v1.0 refs/tags/v1.1 | LC_ALL=C sort | tr '\n' ' ')
[ "$refs" = "$wanted" ] || fail "$expected" "references: $refs"
start=$((1734000000 + {{minute}} * 60))
line() { printf '%s %s %s %s\n' $((start + $1 * 600 - 60)) $((start + $1 * 600)) "$2" "$3"; }
common=$(line 1 Ines 'Start the service'; line 2 Tom 'Deploy from a script')
main=$(echo "$common"; line 3 Ines 'Add the first program'; line 6 Ines 'Take the settings of the deployment out'; line 7 Ines 'Say where the key is')
topic=$(echo "$common"; line 3 Ines 'Add the first program'; line 4 Tom 'Try more often'; line 5 Tom 'Say what happens')
history() { git log --reverse -n 30 --format='%at %ct %an %s' "$1" | sed -E 's/^([0-9]+ [0-9]+ [A-Za-z]+) (Costa|Meyer) /\1 /'; }
[ "$(history refs/heads/main)" = "$main" ] || fail "$expected" "main has: $(git log --reverse --format='%an: %s;' -n 10 refs/heads/main | tr '\n' ' ')"
[ "$(history 'refs/heads/{{branch}}')" = "$topic" ] || fail "$expected" "{{branch}} has: $(git log --reverse --format='%an: %s;' -n 10 'refs/heads/{{branch}}' | tr '\n' ' ')"
[ "$(git log -1 --format=%s refs/tags/v1.0)" = 'Deploy from a script' ] && [ "$(git log -1 --format=%s refs/tags/v1.1)" = 'Take the settings of the deployment out' ] ||
  fail "$expected" 'a tag is at another commit'
same() {
  local found
  found=$(git show "$1" 2> /dev/null) || fail "$expected" "$1 is missing"
  [ "$found" = "$2" ] || fail "$expected" "$1 is: $found"
}
env() { printf 'REGION=north\nACCESS_KEY=REMOVED\nRETRIES=%s' "$1"; }
same refs/tags/v1.0:conf/deploy.env "$(env 3)"
same 'refs/heads/{{branch}}:conf/deploy.env' "$(env 9)"
same 'refs/heads/{{branch}}:src/main.py' "$(printf 'print("ready")\nprint("try again")')"
same refs/heads/main:README.md "$(printf '# {{project}}\nAsk the team for the key.')"
same refs/heads/main:conf/service.conf 'port = {{port}}'
git cat-file -e refs/heads/main:conf/deploy.env 2> /dev/null && fail "$expected" 'main has conf/deploy.env again'
pass "$(git rev-list --all --count) commits"
