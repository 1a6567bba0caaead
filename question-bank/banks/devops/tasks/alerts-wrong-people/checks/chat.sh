. /task/lib.sh
expected='chat chat chat chat chat chat ops'
found=$(captured run.stdout | sed 's/ *$//; s/^$/nobody/; s/ /+/g' | tr '\n' ' ')
[ "$found" = "$expected " ] || fail "$expected" "${found:-no answer}"
pass "$found"
