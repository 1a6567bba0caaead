. /task/lib.sh
expected='only: (root) NOPASSWD: /opt/{{service}}/bin/rotate, which only root can change'
rules=$(captured run.stdout | sed -n '/may run the following/,$p' | grep '^    (' | sed 's/^ *//')
[ -n "$rules" ] || fail "$expected" "$(captured run.stdout | tail -n 1) $(captured run.stderr | tail -n 1)"
while read -r rule; do
  [[ $rule =~ ^\((root|ALL)( : (root|ALL))?\)\ NOPASSWD:\ /opt/{{service}}/bin/rotate(\ \"\")?$ ]] ||
    fail "$expected" "$rule"
done <<< "$rules"
for name in /opt /opt/{{service}} /opt/{{service}}/bin /opt/{{service}}/bin/rotate; do
  [ ! -L "/lab$name" ] && [ -e "/lab$name" ] || fail "$expected" "$name is missing or a link"
  read -r owner mode <<< "$(stat -c '%u %a' -- "/lab$name")"
  [ "$owner" = 0 ] && [ $((0$mode & 022)) = 0 ] || fail "$expected" "$name: owner $owner, mode $mode"
done
[ -f /lab/opt/{{service}}/bin/rotate ] && [ $((0$(stat -c %a /lab/opt/{{service}}/bin/rotate) & 0100)) != 0 ] ||
  fail "$expected" 'rotate is not executable'
pass "$(head -n 1 <<< "$rules")"
