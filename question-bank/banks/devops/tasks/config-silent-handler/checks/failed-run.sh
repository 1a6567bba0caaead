. /task/lib.sh
n=$((16#$(captured nonce | head -c 3) + 10000))
expected='each run ends with an error; 1 reload if it changed a file; what is in etc/ is sound and loaded'
found=$(captured run.stdout | tr '\n' ';')
[ "$(captured run.stdout | wc -l)" = 3 ] || fail "$expected" "$found"
[ "$(captured run.stdout | head -n 1)" = 'announce: error, files changed, 1 reload, loaded' ] ||
  fail "$expected" "$found"
# Which of the two files is written first is free, and so is writing none when one is broken.
[ "$(captured run.stdout | tail -n 2 | grep -Exc \
  '(routes|main): error, (files changed, 1 reload|files same, 0 reload), loaded')" = 2 ] || fail "$expected" "$found"
active=$(after_file /opt/{{service}}/run/active) && grep -Eqx "port = ($n|$((n + 1)))" "$active" &&
  grep -Eqx "route /new 10.1.0.[12]:$n" "$active" || fail "$expected" 'run/active lacks values of these runs'
pass "$found"
