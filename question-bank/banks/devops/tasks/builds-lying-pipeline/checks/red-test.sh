. /task/lib.sh
nonce=$(captured nonce)
expected='an error, nothing packaged or published, and the log in out/test.log'
found=$(captured run.stdout | tr '\n' ' ')
case $found in
  'red 0 '*) fail "$expected" 'the pipeline ends without an error' ;;
  'red '*' nothing published nothing packaged ') ;;
  *) fail "$expected" "$found" ;;
esac
log=$(after_file /srv/{{project}}/out/test.log) || fail "$expected" 'there is no out/test.log'
grep -qx "not ok broken-$nonce.txt" "$log" || fail "$expected" 'out/test.log does not name the failed test'
pass "$found"
