. /task/lib.sh
found=$(captured run.stdout | tr '\n' ' ')
[ "$found" = 'as it should be ' ] || fail 'the labels job and severity, and the summary' "${found:-no result}"
pass "$found"
