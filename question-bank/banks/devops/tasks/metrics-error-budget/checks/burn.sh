. /task/lib.sh
found=$(captured run.stdout | tr '\n' ' ')
wanted='fires for the job that burns, and for no other: yes begins and ends in time: yes '
wanted+='needs both the hour and the five minutes: yes '
[ "$found" = "$wanted" ] || fail "$wanted" "${found:-no result}"
pass "$found"
