. /task/lib.sh
expected='an event at once, and another one 6 seconds later'
nonce=$(captured nonce)
found=$(captured run.stdout | tr -s ' \n' ' ')
read -r first _ one nonce1 second _ two nonce2 rest <<< "$found"
[ "${one-} ${nonce1-} ${two-} ${nonce2-}${rest-}" = "1 $nonce 2 $nonce" ] || fail "$expected" "${found:-no event}"
case $first$second in *[!0-9]*) fail "$expected" "$found" ;; esac
[ "$first" -lt 1500 ] && [ "$second" -ge 5500 ] && [ "$second" -lt 7500 ] || fail "$expected" "milliseconds: $found"
pass "after $first and $second ms"
