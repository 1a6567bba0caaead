. /task/lib.sh
expected='200 for {{big}} MiB, unchanged; 413 for one byte more, and for 1.5 MB at another place'
nonce=$(captured nonce)
sum=$(yes "$nonce" | head -c $(({{big}} * 1048576)) | sha256sum | cut -c 1-64)
found=$(captured run.stdout | tr -s ' \n' ' ')
[ "$found" = "$nonce $sum 200 413 413 " ] || fail "$expected" "${found:-no answer}"
pass "200 413 413"
