. /task/lib.sh
expected='taken at {{kib}} KiB and with what the repository has already; refused above it, even if removed again'
found=$(captured run.stdout | tr '\n' ',')
[ "$found" = 'at-limit taken,removed-again refused,known taken,' ] || fail "$expected" "${found:-nothing}"
facts=$(git_facts /srv/git/{{project}}.git /after) || fail "$expected" 'no readable repository'
cd "$facts" || exit 1
heads=$(git for-each-ref --format="%(refname:short)" refs/heads | sort | tr "\n" " ")
[ "$heads" = "fits known main topic " ] || fail "$expected" "branches: $heads"
pass "$found"
