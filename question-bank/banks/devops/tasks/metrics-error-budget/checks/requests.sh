. /task/lib.sh
found=$(captured run.stdout | tr '\n' ' ')
wanted='right in each minute of a restart: yes of the last five minutes: yes '
[ "$found" = "$wanted" ] || fail "$wanted" "${found:-no result}"
pass "$found"
