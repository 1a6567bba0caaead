. /task/lib.sh
expected='the page of each name and query, each fetched once'
n=$(captured nonce)
found=$(captured run.stdout | grep '^apart-')
wanted="apart-1 {{site}}.example /about?$n nobody $n 1
apart-2 help.{{site}}.example /about?$n nobody $n 1
apart-3 {{site}}.example /about?other nobody $n 1
apart-4 help.{{site}}.example /about?$n nobody $n 1"
[ "$found" = "$wanted" ] || fail "$expected" "${found:-no answer}"
pass "$expected"
