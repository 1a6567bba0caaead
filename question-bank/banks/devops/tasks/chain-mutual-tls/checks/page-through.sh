. /task/lib.sh
expected='the page of {{service}}'
found=$(captured run.stdout | sed -n 's/^page //p' | head -n 1)
[ "$found" = "page $(captured nonce)" ] || fail "$expected" "${found:-no answer}"
pass "$expected"
