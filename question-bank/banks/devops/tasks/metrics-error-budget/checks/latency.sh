. /task/lib.sh
found=$(captured run.stdout | tr '\n' ' ')
wanted='of all instances together: yes of each job: yes '
[ "$found" = "$wanted" ] || fail "$wanted" "${found:-no result}"
pass "$found"
