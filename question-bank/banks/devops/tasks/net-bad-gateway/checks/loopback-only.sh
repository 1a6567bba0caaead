. /task/lib.sh
expected='bind = 127.0.0.1 in /etc/{{app}}/{{app}}.conf'
file=$(lab_file /etc/{{app}}/{{app}}.conf) || fail "$expected" 'no such file'
# As the service reads it: the last setting counts.
bind=$(sed -n 's/^[[:space:]]*bind[[:space:]]*=[[:space:]]*//p' "$file" | tail -n 1 | tr -d '[:space:]')
[ "$bind" = 127.0.0.1 ] || fail "$expected" "bind = $bind"
pass "bind = $bind"
