. /task/lib.sh
expected='{{data}} {{data}} {{web}} {{web}} ops ops ops ops'
found=$(captured run.stdout | sed 's/ *$//; s/^$/nobody/; s/ /+/g' | tr '\n' ' ')
[ "$found" = "$expected " ] || fail "$expected" "${found:-no answer}"
pass "$found"
