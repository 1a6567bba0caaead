. /task/lib.sh
found=$(captured run.stdout | tr '\n' ' ')
wanted='fires when the last success is too old: yes stays while the exporter sleeps: yes '
wanted+='ends with the next success: yes fires when there is no series at all: yes '
[ "$found" = "$wanted" ] || fail "$wanted" "${found:-no result}"
pass "$found"
