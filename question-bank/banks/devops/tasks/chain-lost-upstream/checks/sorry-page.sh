. /task/lib.sh
expected='12 answers of sorry with 503, with neither site in service'
found=$(captured run.stdout | grep '^sorry' | tr -s ' \n' ' ')
[ "$found" = "sorry 12 sorry $(captured nonce) 503 " ] || fail "$expected" "${found:-no answer}"
pass "$found"
