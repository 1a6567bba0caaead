. /task/lib.sh
expected='200 from the true back; 502 when it has a certificate of another CA, for another name, or an expired one'
found=$(captured run.stdout | grep -v '^strict' | tr '\n' ' ')
[ "$found" = 'open 200 foreign 502 named 502 late 502 ' ] || fail "$expected" "${found:-no answer}"
pass "$found"
