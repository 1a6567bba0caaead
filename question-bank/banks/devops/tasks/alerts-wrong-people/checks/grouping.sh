. /task/lib.sh
nonce=$(captured nonce)
wanted=$(for kind in {{prefix}} {{front}} other; do
  for name in Slow Full; do printf '%s\n' "3 of $name-$kind/a-${nonce:0:6}" "3 of $name-$kind/b-${nonce:6:6}"; done
done | sort)
found=$(captured run.stdout | sort)
expected='12 notifications with 3 alerts, each of one name and one cluster'
[ "$found" = "$wanted" ] || fail "$expected" "$(grep -c . <<< "$found") notifications: $(tr '\n' ',' <<< "$found")"
pass "$expected"
