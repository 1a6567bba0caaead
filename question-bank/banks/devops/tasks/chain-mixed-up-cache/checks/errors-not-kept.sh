. /task/lib.sh
expected='the error once, then the page, then the page from the cache'
n=$(captured nonce)
found=$(captured run.stdout | grep '^errors-')
page="{{site}}.example /flaky-$n nobody $n"
wanted="errors-1 $page 1
errors-2 $page 2
errors-3 $page 2"
[ "$found" = "$wanted" ] || fail "$expected" "$(printf '%s' "${found:-no answer}" | sed "s/$n//g")"
pass "$expected"
