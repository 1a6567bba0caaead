. /task/lib.sh
found=$(captured run.stdout | tr '\n' ' ')
[ "$found" = '127.0.0.1 ' ] || fail '{{service}}.{{zone}} is 127.0.0.1' "${found:-it does not resolve}"
pass "$found"
