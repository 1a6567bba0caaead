. /task/lib.sh
n=$((16#$(captured nonce | head -c 3) + 10000))
expected="both: reload announce $n 10.1.0.1:$n none: announce $n 10.1.0.1:$n"
found=$(captured run.stdout | tr -s ' \n' ' ')
[ "$found" = "$expected " ] || fail "$expected" "$found"
pass "$found"
