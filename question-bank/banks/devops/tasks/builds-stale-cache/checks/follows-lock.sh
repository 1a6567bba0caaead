. /task/lib.sh
nonce=$(captured nonce)
expected='{{library}} and mailbox as deps.lock names them, and nothing else'
found=$(captured run.stdout | tr '\n' ' ')
[ "$found" = 'first 0 second 0 ' ] || fail "$expected" "ci/deps.sh ends with: $found"
vendor=$(after_path /srv/{{project}}/vendor) || fail "$expected" 'there is no vendor'
names=$(ls -A -- "$vendor" | LC_ALL=C sort | tr '\n' ' ')
wanted=$(printf '%s\n' {{library}}.txt mailbox.txt | LC_ALL=C sort | tr '\n' ' ')
[ "$names" = "$wanted" ] || fail "$expected" "vendor holds: $names"
file=$(after_file /srv/{{project}}/vendor/{{library}}.txt) || fail "$expected" '{{library}} is no file'
[ "$(cat -- "$file")" = "{{library}} $nonce" ] || fail "$expected" "{{library}} is an old one: $(head -c 60 -- "$file")"
pass "vendor holds: $names"
