. /task/lib.sh
nonce=$(captured nonce)
n=$((16#${nonce:0:3} + 10000))
# content NAME: the file in one line, each line ended by a bar.
content() {
  local file
  file=$(after_file "/opt/{{app}}/etc/$1") && tr '\n' '|' < "$file"
}
expected="etc/allow: 10.9.0.9|10.1.$((n % 200)).1|10.0.0.1|"
found="etc/allow: $(content allow)"
[ "$found" = "$expected" ] || fail "$expected" "$found"
expected="etc/limits.conf: # of team $nonce|core_size = 0|max_open_files = $n|max_open_files_soft = ${nonce:0:3}|"
expected="$expected# max_open_files = 99|"
found="etc/limits.conf: $(content limits.conf)"
# The place of the line does not matter.
[ "$(tr '|' '\n' <<< "$found" | sed '1s/^etc.limits.conf: //' | sort)" = \
  "$(tr '|' '\n' <<< "$expected" | sed '1s/^etc.limits.conf: //' | sort)" ] || fail "$expected" "$found"
conf=$(after_file /opt/{{app}}/etc/app.conf | xargs -r -d '\n' grep -v '^#' | tr '\n' '|')
[ "$conf" = "port = $n|workers = $((n % 50))|" ] ||
  fail "etc/app.conf: port = $n|workers = $((n % 50))|" "etc/app.conf: $conf"
pass 'all three files are right'
