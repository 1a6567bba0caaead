. /task/lib.sh
both() { printf '%s\n' "$@" | sort | paste -s -d+; }
expected="$(both pager {{data}}) $(both pager {{web}}) ops+pager ops+pager chat ops"
found=$(captured run.stdout | sed 's/ *$//; s/^$/nobody/; s/ /+/g' | tr '\n' ' ')
[ "$found" = "$expected " ] || fail "$expected" "${found:-no answer}"
pass "$found"
