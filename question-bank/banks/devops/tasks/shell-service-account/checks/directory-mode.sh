. /task/lib.sh
expected='root:{{team}}, mode 2770; the files in it writable for {{team}}'
place=$(lab_path /srv/{{share}}) && [ -d "$place" ] || fail "$expected" '/srv/{{share}} is not a directory'
[ "$place" = /lab/srv/{{share}} ] || fail "$expected" '/srv/{{share}} is a link'
groups=$(lab_file /etc/group) || fail "$expected" 'no /etc/group'
gid=$(awk -F: '$1 == "{{team}}" { print $3; exit }' "$groups")
[ -n "$gid" ] || fail "$expected" 'the group {{team}} does not exist'
found=$(stat -c '%u:%g %a' -- "$place")
[ "$found" = "0:$gid 2770" ] || fail "$expected" "owner, group and mode: $found ({{team}} is $gid)"
for name in agenda.txt notes/monday.txt; do
  file=$(lab_file "/srv/{{share}}/$name") || fail "$expected" "$name is missing"
  [ "$(stat -c %g -- "$file")" = "$gid" ] || fail "$expected" "$name has group $(stat -c %g -- "$file")"
  [ $((0$(stat -c %a -- "$file") & 067)) = $((060)) ] || fail "$expected" "$name has mode $(stat -c %a -- "$file")"
done
pass "$found"
