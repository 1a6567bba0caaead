. /task/lib.sh
nonce=$(captured nonce)
number=$((16#${nonce:0:4} + 2))
one="http://127.0.6.1/${nonce:4:6}?a=b" two="https://127.0.6.2:8443/${nonce:4:6}/longer"
# probed NAME PAGE VALUE [TEAM]: the series of that name and page.
probed() {
  printf '{"__name__": "%s", "instance": "%s", "job": "probes"%s} %s\n' "$1" "$2" "${4:+, \"team\": \"$4\"}" "$3"
}
wanted=$(for page in "$one" "$two"; do
  team=''
  [ "$page" != "$one" ] || team=${nonce:10:4}
  probed probe_page "$page" "$((number + ${#page}))" "$team"
  probed probe_success "$page" 1 "$team"
done | sort)
found=$(captured run.stdout | sort)
expected="probe_page and probe_success of $one and of $two"
[ "$found" = "$wanted" ] || fail "$expected" "${found:-nothing is stored}"
pass "$expected"
