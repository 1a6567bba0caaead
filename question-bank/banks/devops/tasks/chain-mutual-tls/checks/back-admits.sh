. /task/lib.sh
expected='the page and 200 for {{app}}-front; 403 for another subject; 400 for an expired, a foreign and no certificate'
found=$(captured run.stdout | grep -v '^certificate' | tr '\n' ' ' | tr -s ' ')
[ "$found" = "front 200 page $(captured nonce) other 403 late 400 stranger 400 none 400 " ] ||
  fail "$expected" "${found:-no answer}"
pass "$found"
