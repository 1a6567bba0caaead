. /task/lib.sh
expected='a certificate for {{app}}.internal that curl accepts with our new CA alone'
found=$(captured run.stdout | sed -n 's/^certificate //p')
[ "$found" = 0 ] || fail "$expected" "curl ends with status ${found:-none}"
pass 'curl accepts it'
