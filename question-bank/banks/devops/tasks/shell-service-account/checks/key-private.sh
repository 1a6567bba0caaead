. /task/lib.sh
expected='api.key root:{{service}} 640 or 440 in a directory that only root can write'
groups=$(lab_file /etc/group) || fail "$expected" 'no /etc/group'
gid=$(awk -F: '$1 == "{{service}}" { print $3; exit }' "$groups")
file=$(lab_file /etc/{{service}}/api.key) || fail "$expected" 'api.key is not a regular file'
[ "$(cat -- "$file")" = '{{key}}' ] || fail "$expected" 'the key was changed'
found=$(stat -c '%u:%g %a' -- "$file")
case $found in
  "0:$gid 640" | "0:$gid 440") ;;
  *) fail "$expected" "owner, group and mode: $found (group {{service}} is $gid)" ;;
esac
directory=$(dirname -- "$file")
read -r owner group mode <<< "$(stat -c '%u %g %a' -- "$directory")"
[ "$owner" = 0 ] && [ $((0$mode & 022)) = 0 ] || fail "$expected" "its directory: owner $owner, mode $mode"
[ $((0$mode & 001)) != 0 ] || { [ "$group" = "$gid" ] && [ $((0$mode & 010)) != 0 ]; } ||
  fail "$expected" '{{service}} cannot enter the directory'
pass "$found"
