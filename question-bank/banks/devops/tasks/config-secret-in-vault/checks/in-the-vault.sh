. /task/lib.sh
expected='no secret in plain text; a run with the new password has all three, one with another password fails'
password=$(lab_file /etc/{{project}}/vault-password 4096) ||
  fail "$expected" 'there is no /etc/{{project}}/vault-password'
[ "$(stat -c %a -- "$password")" = 600 ] || fail "$expected" 'the password file does not have mode 0600'
password=$(tr -d '\0' < "$password")
[ "${#password}" -ge 16 ] && [ "$password" != '{{leaked}}' ] || fail "$expected" 'the password is too short, or not new'
repository=$(lab_path /srv/{{project}}) || fail "$expected" 'there is no /srv/{{project}}'
for secret in {{database}} {{mail}} {{access}} "$password"; do
  printf '%s\n' "$secret" "$(printf '%s' "$secret" | base64 -w 0)" "$(rev <<< "$secret")"
done > /tmp/secrets
found=$(find "$repository" -type f -size -4096k -print0 | xargs -0 -r grep -lFf /tmp/secrets -- | head -n 3)
[ -z "$found" ] || fail "$expected" "a secret in: ${found//$repository\//}"
first=/tmp/first-$(captured nonce)
conf=$(after_file "$first/app.conf") && token=$(after_file "$first/registered") ||
  fail "$expected" 'a run as it is does not write app.conf or does not register'
wanted=$(printf '%s\n' 'db_user = app' 'db_password = {{database}}' 'mail_password = {{mail}}')
[ "$(cat -- "$conf")" = "$wanted" ] || fail "$expected" 'app.conf has other values'
[ "$(cat -- "$token")" = "$(printf %s '{{access}}' | sha256sum | cut -c 1-64)" ] ||
  fail "$expected" 'registered with another token'
found=$(captured run.stdout | tr '\n' ' ')
[ "$found" = 'end ' ] || fail "$expected" "with another password of the vault: $found"
pass 'in the vault, and from there in effect'
