. /task/lib.sh
nonce=$(captured nonce)
n=$((16#${nonce:0:4} + 10))
wanted=$(printf '%s\n' "a-1 $n" "a-3 7" "a-5 $((n * 2))" "sum $((n * 3 + 7))" 'orders 3')
printed=$(captured run.stdout)
[ "$(captured run.exit)" = 0 ] ||
  fail 'bin/report ends with exit status 0' "exit status $(captured run.exit): $(captured run.stderr)"
[ "$printed" = "$wanted" ] ||
  fail "for 5 orders, 2 of them cancelled: $(tr '\n' ';' <<< "$wanted")" "$(tr '\n' ';' <<< "$printed")"
pass "$(tail -n 2 <<< "$printed" | tr '\n' ' ')"
