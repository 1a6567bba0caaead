. /task/lib.sh
nonce=$(captured nonce)
expected='etc/app.conf is right and has mode 600; no secret for others; the token on standard input'
conf=$(after_file /opt/{{app}}/etc/app.conf) || fail "$expected" 'there is no etc/app.conf'
wanted=$(printf '%s\n' 'db_user = app' "db_password = db-$nonce" "mail_password = mail-$nonce")
[ "$(cat -- "$conf")" = "$wanted" ] || fail "$expected" 'etc/app.conf has other lines'
[ "$(stat -c %a -- "$conf")" = 600 ] || fail "$expected" "etc/app.conf has mode $(stat -c %a -- "$conf")"
found=$(find /after/opt/{{app}} -type f -perm /077 -size -4096k -print0 | xargs -0 -r grep -lF "$nonce" -- | head -n 1)
[ -z "$found" ] || fail "$expected" "others can read a secret in ${found#/after}"
token=$(after_file /opt/{{app}}/run/registered) || fail "$expected" 'not registered'
[ "$(cat -- "$token")" = "$(printf %s "api-$nonce" | sha256sum | cut -c 1-64)" ] ||
  fail "$expected" 'registered with another token'
arguments=$(after_file /tmp/arguments) && ! grep -q "$nonce" "$arguments" ||
  fail "$expected" 'the token is on the command line of bin/register'
pass 'right, and for root only'
