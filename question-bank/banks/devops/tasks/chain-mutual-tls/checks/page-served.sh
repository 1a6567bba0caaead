. /task/lib.sh
expected='200 and a new page in /srv/{{app}} of back'
found=$(captured run.stdout | tr '\n' ' ')
[ "$found" = "page $(captured nonce) 200" ] || fail "$expected" "${found:-no answer}"
pass "$found"
