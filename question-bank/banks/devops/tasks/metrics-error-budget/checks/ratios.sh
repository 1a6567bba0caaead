. /task/lib.sh
found=$(captured run.stdout | tr '\n' ' ')
wanted='over instances: yes over time: yes 0 without errors: yes '
[ "$found" = "$wanted" ] || fail "$wanted" "${found:-no result}"
pass "$found"
