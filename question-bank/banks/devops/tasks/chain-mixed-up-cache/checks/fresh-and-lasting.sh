. /task/lib.sh
expected='the page once within 3 seconds, again after 4, and the last one while back is down'
n=$(captured nonce)
found=$(captured run.stdout | grep '^fresh-')
page="{{site}}.example /news-$n nobody $n"
wanted="fresh-1 $page 1
fresh-2 $page 1
fresh-3 $page 2
fresh-4 $page 2"
[ "$found" = "$wanted" ] || fail "$expected" "$(printf '%s' "${found:-no answer}" | sed "s/$n//g")"
pass "$expected"
