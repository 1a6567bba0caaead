. /task/lib.sh
found=$(captured run.stdout | tr '\n' ' ')
wanted='fires for who answers now and then only: yes fires for who is gone, until it is back: yes '
wanted+='leaves alone who misses some scrapes: yes '
[ "$found" = "$wanted" ] || fail "$wanted" "${found:-no result}"
pass "$found"
