. /task/lib.sh
expected='200 and the page of /srv/{{site}}'
found=$(captured run.stdout | tr '\n' ' ')
[ "$found" = "Welcome to {{site}}: {{word}} 200 new $(captured nonce) 200" ] || fail "$expected" "${found:-no answer}"
pass "$found"
