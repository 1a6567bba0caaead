. /task/lib.sh
n=$(captured nonce)
expected='101, and a line there and back'
found=$(captured run.stdout | grep '^live ' | head -n 1)
[ "$found" = "live 101 shop-${n:0:6}.example heard word-$n" ] || fail "$expected" "${found:-no answer}"
pass "$expected"
