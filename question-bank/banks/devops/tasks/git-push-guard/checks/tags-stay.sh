. /task/lib.sh
expected='a version tag is made once, never moved or deleted; other tags move'
found=$(captured run.stdout | tr '\n' ',')
[ "$found" = 'made taken,later taken,moved refused,deleted refused,other taken,other-moved taken,' ] || fail "$expected" "${found:-nothing}"
facts=$(git_facts /srv/git/{{project}}.git /after) || fail "$expected" 'no readable repository'
cd "$facts" || exit 1
subject=$(git log -1 --format=%s refs/tags/v1.0.0 2> /dev/null)
[ "$subject" = "Explain how it works" ] || fail "$expected" "v1.0.0 is at: $subject"
pass "$found"
