. /task/lib.sh
expected='of each site: 200 in service, 503 out of it, the page, and other names as before; 503 of sorry'
nonce=$(captured nonce)
other='Nothing to see here.'
found=$(captured run.stdout | tr -s ' \n' ' ')
[ "$found" = "200 503 page one $nonce $other 200 503 page two $nonce $other 503 " ] ||
  fail "$expected" "${found:-no answer}"
pass 'both sites are honest'
