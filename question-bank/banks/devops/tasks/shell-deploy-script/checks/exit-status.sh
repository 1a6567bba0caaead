. /task/lib.sh
expected='0 after a good deploy; not 0 when SOURCE is missing, is a file, or holds a file that cannot be read'
codes=$(captured run.stdout | tr '\n' ' ')
read -r good missing file unreadable rest <<< "$codes"
for code in "$good" "$missing" "$file" "$unreadable"; do
  case $code in '' | *[!0-9]*) fail "$expected" "$codes" ;; esac
done
[ -z "$rest" ] || fail "$expected" "$codes"
found="exit statuses $good; $missing, $file, $unreadable"
[ "$good" = 0 ] && [ "$missing" != 0 ] && [ "$file" != 0 ] && [ "$unreadable" != 0 ] || fail "$expected" "$found"
pass "$found"
