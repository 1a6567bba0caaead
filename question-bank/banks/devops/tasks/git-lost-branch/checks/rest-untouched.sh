. /task/lib.sh
expected='main at "Add totals to the report", beside it only {{branch}}'
facts=$(git_facts /srv/{{project}}) || fail "$expected" 'no readable repository at /srv/{{project}}'
cd "$facts" || exit 1
heads=$(git for-each-ref --format='%(refname:short)' refs/heads | sort | tr '\n' ' ')
[ "$heads" = "$(printf '%s\n' main '{{branch}}' | sort | tr '\n' ' ')" ] || fail "$expected" "branches: $heads"
start=$((1730000000 + {{minute}} * 60))
tip=$(git log -1 --format='%ct %s' refs/heads/main) || fail "$expected" 'main is not readable'
# Nine ticks of the clock in setup.
[ "$tip" = "$((start + 5400)) Add totals to the report" ] || fail "$expected" "main at: $tip"
pass "branches: $heads"
