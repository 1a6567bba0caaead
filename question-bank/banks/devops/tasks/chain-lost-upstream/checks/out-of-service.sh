. /task/lib.sh
expected='12 answers of the other site, and then 6 of each site'
nonce=$(captured nonce)
found=$(captured run.stdout | grep '^with' | tr -s ' \n' ' ')
case $nonce in [0-7]*) out=one other=two ;; *) out=two other=one ;; esac
[ "$found" = "without $out 12 $other $nonce 200 with 6 one $nonce 200 with 6 two $nonce 200 " ] ||
  fail "$expected" "${found:-no answer}"
pass "$found"
