. /task/lib.sh
expected='the addresses of both clients, and a redirect for who does not come through the front'
found=$(captured run.stdout | tr '\n' ' ')
read -r client first second plain rest <<< "$found"
[ -n "${client-}" ] && [ "${first-}" = "$client" ] || fail "$expected" "asked from ${client:-?}, told: ${first:-nothing}"
[ "${second-}" = 127.5.5.5 ] || fail "$expected" "a client that claims to be 10.9.8.7 is told: ${second:-nothing}"
[ "${plain-}" = 301 ] && [ -z "${rest-}" ] || fail "$expected" "a plain request is answered with ${plain:-nothing}"
nonce=$(captured nonce)
[ "$client" = "127.77.$((16#${nonce:0:2})).$((16#${nonce:2:2} % 200 + 2))" ] || fail "$expected" "$found"
pass "$found"
