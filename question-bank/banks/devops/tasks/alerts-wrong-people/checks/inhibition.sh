. /task/lib.sh
nonce=$(captured nonce)
a=a-${nonce:0:6} b=b-${nonce:6:6} c=c-${nonce:12:6}
expected=$(printf '%s\n' "{{down}}/$a" "Broken/$b" "Critical/$a" "Info/$a" "Warning/$b" "Alone/$c" Nowhere/ |
  sort | tr '\n' ' ')
found=$(captured run.stdout | sort | tr '\n' ' ')
[ "$found" = "$expected" ] || fail "sent are: $expected" "${found:-nothing was sent}"
pass "$found"
