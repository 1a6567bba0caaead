. /task/lib.sh
n=$((16#$(captured nonce | head -c 3) + 10000))
expected='an error, no call of reload or announce, etc/main.conf as it was'
found=$(captured run.stdout | tr -s ' \n' ' ')
[ "$found" = "broken: $n 10.1.0.1:$n kept " ] || fail "$expected" "$found"
conf=$(after_file /opt/{{service}}/etc/main.conf) && grep -qx "port = $n" "$conf" ||
  fail "$expected" "etc/main.conf lacks port = $n of the run before"
pass 'refused, and nothing was called'
