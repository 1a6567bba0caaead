. /task/lib.sh
found=$(captured run.stdout | tr '\n' ' ')
wanted='fires when no worker finishes anything: yes fires when the workers are gone: yes '
wanted+='leaves alone a queue that moves or is empty: yes ends when the workers are back: yes '
[ "$found" = "$wanted" ] || fail "$wanted" "${found:-no result}"
pass "$found"
