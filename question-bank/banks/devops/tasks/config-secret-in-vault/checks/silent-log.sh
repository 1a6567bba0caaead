. /task/lib.sh
nonce=$(captured nonce)
expected='a run that goes well and one that fails, each with its recap and without a secret'
found=$(captured run.stdout | tr '\n' ' ')
case $found in
  'well: 0 failed: 0 ') fail "$expected" 'a run whose registration fails ends without an error' ;;
  'well: 0 failed: '*) ;;
  *) fail "$expected" "$found" ;;
esac
for name in well failed; do
  log=$(after_file /tmp/$name.log 16777216) || fail "$expected" "the log of the run ($name) is gone"
  grep -q '^PLAY RECAP' "$log" && grep -q '^node-1 .*ok=[0-9]' "$log" || fail "$expected" "no recap ($name)"
  secret=$(grep -Eo "(db|db-second|mail|api)-$nonce" "$log" | head -n 1)
  [ -z "$secret" ] ||
    fail "$expected" "the run ($name) prints a secret in $(grep -cF -- "$nonce" "$log") lines"
done
conf=$(after_file /opt/{{app}}/etc/app.conf) && grep -qx "db_password = db-second-$nonce" "$conf" ||
  fail "$expected" 'etc/app.conf lacks the values of the run'
pass 'both runs print no secret'
