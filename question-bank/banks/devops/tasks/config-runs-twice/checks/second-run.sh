. /task/lib.sh
nonce=$(captured nonce)
n=$((16#${nonce:0:3} + 10000))
expected='the first run sets the values; the second has changed=0 failed=0 and writes nothing'
conf=$(after_file /opt/{{app}}/etc/app.conf) || fail "$expected" 'there is no etc/app.conf'
grep -qx "port = $n" "$conf" && grep -qx 'workers = 7' "$conf" || fail "$expected" 'etc/app.conf lacks the values'
grep -qx "10.2.$((n % 200)).3" "$(after_file /opt/{{app}}/etc/allow || echo /dev/null)" ||
  fail "$expected" 'etc/allow lacks the addresses'
found=$(captured run.stdout | tr '\n' ' ')
[ "$found" = 'changed=0 failed=0 written again:  ' ] || fail "$expected" "the second run: $found"
pass 'changed=0, no file written'
