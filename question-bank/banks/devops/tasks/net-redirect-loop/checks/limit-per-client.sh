. /task/lib.sh
expected='200 and 429 for the fast client, 200 for the other'
found=$(captured run.stdout | tr '\n' ' ')
[ "$found" = '200 429 other 200 ' ] || fail "$expected" "${found:-no answer}"
pass "$found"
