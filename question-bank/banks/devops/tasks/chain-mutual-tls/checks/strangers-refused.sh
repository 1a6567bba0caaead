. /task/lib.sh
expected='400 without a certificate, 403 with that of another, 200 with one of front'
found=$(captured run.stdout | grep -E '^(nobody|other|front) ' | tr '\n' ' ')
[ "$found" = "nobody 400 other 403 front 200 page $(captured nonce) " ] || fail "$expected" "${found:-no answer}"
pass "$expected"
