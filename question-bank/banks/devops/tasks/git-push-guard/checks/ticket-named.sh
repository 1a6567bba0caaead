. /task/lib.sh
expected='taken with a ticket, refused when any new commit has none, or another one'
found=$(captured run.stdout | tr '\n' ',')
[ "$found" = 'with taken,first-of-two refused,other-prefix refused,leading-zero refused,known taken,' ] || fail "$expected" "${found:-nothing}"
facts=$(git_facts /srv/git/{{project}}.git /after) || fail "$expected" 'no readable repository'
cd "$facts" || exit 1
heads=$(git for-each-ref --format="%(refname:short)" refs/heads | sort | tr "\n" " ")
[ "$heads" = "known main topic with " ] || fail "$expected" "branches: $heads"
pass "$found"
