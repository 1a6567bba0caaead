. /task/lib.sh
expected='502, and nothing of the other machine'
found=$(captured run.stdout | tr '\n' ' ')
[ "$found" = "there stolen $(captured nonce) front 502 not shown " ] || fail "$expected" "${found:-no answer}"
pass "$expected"
