. /task/lib.sh
expected='ann creates, bob changes, ann changes what bob made, bob works on old files; carl gets nothing'
nonce=$(captured nonce)
read -r ann bob again old carl rest <<< "$(captured run.stdout | tr '\n' ' ')"
found="exit statuses: ann $ann, bob $bob, ann $again, bob $old, carl $carl"
[ "$ann$bob$again$old" = 0000 ] || fail "$expected" "$found"
case $carl in '' | 0 | *[!0-9]*) fail "$expected" "$found" ;; esac
file=$(after_file "/srv/{{share}}/week $nonce/plan") && [ "$(tr '\n' ' ' < "$file")" = 'one two ' ] ||
  fail "$expected" 'the file of both does not hold what both wrote'
pass "$found"
