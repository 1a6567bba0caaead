. /task/lib.sh
found=$(captured run.stdout | tr '\n' ' ')
wanted='fires for the job above the limit only: yes waits for {{hold}} minutes and ends: yes '
wanted+='adds up what different codes and instances fail: yes leaves alone who is well: yes '
[ "$found" = "$wanted" ] || fail "$wanted" "${found:-no result}"
pass "$found"
