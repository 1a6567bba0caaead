. /task/lib.sh
n=$(captured nonce)
expected='three lines, the first within 2 seconds and the last after 3 or more'
found=$(captured run.stdout | grep '^event ' | tr '\n' ';')
lines=$(captured run.stdout | grep '^event ' | cut -d ' ' -f 3- | tr '\n' ';')
[ "$lines" = "shop-${n:0:6}.example 0 $n;shop-${n:0:6}.example 1 $n;shop-${n:0:6}.example 2 $n;" ] || fail "$expected" "${found:-nothing}"
first=$(captured run.stdout | grep '^event ' | head -n 1 | cut -d ' ' -f 2)
last=$(captured run.stdout | grep '^event ' | tail -n 1 | cut -d ' ' -f 2)
[ "$first" -le 2 ] && [ "$last" -ge 3 ] || fail "$expected" "after $first and $last seconds"
pass "after $first to $last seconds"
