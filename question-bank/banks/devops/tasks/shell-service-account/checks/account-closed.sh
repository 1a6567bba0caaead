. /task/lib.sh
expected='{{service}}: shell nologin or false, locked password, no further groups'
passwd=$(lab_file /etc/passwd) && shadow=$(lab_file /etc/shadow) && groups=$(lab_file /etc/group) ||
  fail "$expected" 'the account files are not readable'
IFS=: read -r name _ uid gid _ _ shell <<< "$(grep -m 1 '^{{service}}:' "$passwd")"
[ "${name-}" = '{{service}}' ] || fail "$expected" 'the account is gone'
[ "$uid" != 0 ] || fail "$expected" 'it has user id 0'
case $shell in
  */nologin | */false) ;;
  *) fail "$expected" "its shell is $shell" ;;
esac
case $(grep -m 1 '^{{service}}:' "$shadow" | cut -d: -f2) in
  '!'* | '*'*) ;;
  *) fail "$expected" 'its password is usable' ;;
esac
own=$(awk -F: -v gid="$gid" '$3 == gid { print $1; exit }' "$groups")
[ "$own" = '{{service}}' ] || fail "$expected" "its first group is $own"
others=$(awk -F: '("," $4 ",") ~ /,{{service}},/ && $1 != "{{service}}" { printf "%s ", $1 }' "$groups")
[ -z "$others" ] || fail "$expected" "it is also in: $others"
pass "shell $shell, locked, no further groups"
