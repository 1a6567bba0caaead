. /task/lib.sh
n=$(captured nonce)
expected='the answer that takes 6 seconds, with the name that was asked for'
found=$(captured run.stdout | grep '^slow ' | head -n 1)
[ "$found" = "slow shop-${n:0:6}.example slow $n" ] || fail "$expected" "${found:-no answer}"
pass "$expected"
