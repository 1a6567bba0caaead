. /task/lib.sh
expected='no error, one fetch, and the dependency in vendor'
found=$(captured run.stdout | tr '\n' ' ')
[ "$found" = 'first 0 second 0 fetches 1 ' ] || fail "$expected" "$found"
file=$(after_file /srv/{{project}}/vendor/{{library}}.txt) || fail "$expected" 'vendor lacks {{library}}'
[ "$(cat -- "$file")" = "{{library}} $(captured nonce)" ] || fail "$expected" '{{library}} is another one'
pass "$found"
