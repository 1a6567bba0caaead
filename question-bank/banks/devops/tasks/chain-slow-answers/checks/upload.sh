. /task/lib.sh
n=$(captured nonce)
expected="{{size}}000000 bytes arrive under /upload/, 413 elsewhere"
found=$(captured run.stdout | grep -E '^(upload|elsewhere) ' | tr '\n' ' ')
[ "$found" = "upload shop-${n:0:6}.example took {{size}}000000 $n elsewhere 413 " ] || fail "$expected" "${found:-no answer}"
pass "$expected"
