. /task/lib.sh
expected='level = info, and /var/log/{{app}}/{{app}}.log below 5 MB'
conf=$(lab_file /etc/{{app}}/{{app}}.conf) || fail "$expected" 'no file /etc/{{app}}/{{app}}.conf'
level=$(sed -n 's/^[[:space:]]*level[[:space:]]*=[[:space:]]*//p' "$conf" | tail -n 1 | tr -d '[:space:]')
[ "$level" = info ] || fail "$expected" "level = $level"
log=$(lab_file /var/log/{{app}}/{{app}}.log 1000000000) || fail "$expected" 'the log is not a regular file'
size=$(stat -c %s -- "$log")
[ "$size" -lt 5000000 ] || fail "$expected" "the log has $size bytes"
pass "level = info, $size bytes"
