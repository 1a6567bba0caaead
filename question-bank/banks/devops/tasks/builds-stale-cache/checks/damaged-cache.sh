. /task/lib.sh
expected='no error, two fetches in all (the third run finds the replaced archive), all in vendor'
found=$(captured run.stdout | tr '\n' ' ')
[ "$found" = 'first 0 damaged 0 again 0 fetches 2 ' ] || fail "$expected" "$found"
file=$(after_file /srv/{{project}}/vendor/{{library}}.txt) && [ "$(cat -- "$file")" = "{{library}} $(captured nonce)" ] ||
  fail "$expected" 'vendor lacks {{library}}'
pass "$found"
