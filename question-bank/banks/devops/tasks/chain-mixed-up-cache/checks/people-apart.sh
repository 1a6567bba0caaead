. /task/lib.sh
expected='nobody, ann, bob, ann as asked again, and nobody from the cache'
n=$(captured nonce)
found=$(captured run.stdout | grep '^people-')
page="{{site}}.example /me-$n"
wanted="people-1 $page nobody $n 1
people-2 $page ann $n 1
people-3 $page bob $n 1
people-4 $page ann $n 2
people-5 $page nobody $n 1"
[ "$found" = "$wanted" ] || fail "$expected" "$(printf '%s' "${found:-no answer}" | sed "s/$n//g")"
pass "$expected"
