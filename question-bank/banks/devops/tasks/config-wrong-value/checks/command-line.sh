. /task/lib.sh
nonce=$(captured nonce)
port=$((16#${nonce:0:3} + 40000))
without='debug on and off without -e'
expected="$without; off: port $port debug off; on: port $port debug on"
found=$(captured run.stdout)
case $found in
  'without: port '*' debug on  port '*' debug off'*) ;;
  *) fail "$expected" "$found" ;;
esac
found="$without; $(sed -n '/^off:/p; /^on:/p' <<< "$found" | sed 's/ *$//' | sed ':a; N; s/\n/; /; ta')"
[ "$found" = "$expected" ] || fail "$expected" "$found"
pass "$found"
