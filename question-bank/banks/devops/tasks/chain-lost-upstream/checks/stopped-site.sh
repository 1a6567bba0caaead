. /task/lib.sh
expected='12 answers of two with 200 while one is stopped, and 12 of one while two is'
nonce=$(captured nonce)
found=$(captured run.stdout | grep '^without' | tr -s ' \n' ' ')
[ "$found" = "without one 12 two $nonce 200 without two 12 one $nonce 200 " ] || fail "$expected" "${found:-no answer}"
pass "$found"
