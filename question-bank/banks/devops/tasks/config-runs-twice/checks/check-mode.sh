. /task/lib.sh
nonce=$(captured nonce)
n=$((16#${nonce:0:3} + 10000))
expected="exit 0, -port = 1, +port = $n, changed, failed 0, nothing written"
found=$(captured run.stdout | tr '\n' ' ')
case $found in
  *' changed 0 '*) fail "$expected" "$found" ;;
  "exit 0 -port = 1 +port = $n changed "*" failed 0 written:  ") ;;
  *) fail "$expected" "$found" ;;
esac
file=$(after_file /opt/{{app}}/cache/kept) && [ "$(cat -- "$file")" = "$nonce" ] ||
  fail "$expected" 'the cache was emptied'
pass "$found"
