. /task/lib.sh
expected='10 answers of each site to 20 requests of one visitor, and no request to sorry'
nonce=$(captured nonce)
found=$(captured run.stdout | sed -n 's/^turn //p' | tr -s ' \n' ' ')
[ "$found" = "10 one $nonce 200 10 two $nonce 200 asked sorry 0 " ] || fail "$expected" "${found:-no answer}"
pass "$found"
