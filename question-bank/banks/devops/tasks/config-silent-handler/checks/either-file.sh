. /task/lib.sh
n=$((16#$(captured nonce | head -c 3) + 10000))
expected="main: reload announce $((n + 1)) 10.1.0.1:$n routes: reload announce $((n + 1)) 10.1.0.2:$n \
none: announce $((n + 1)) 10.1.0.2:$n"
found=$(captured run.stdout | tr -s ' \n' ' ')
[ "$found" = "$expected " ] || fail "$expected" "$found"
pass "$found"
