. /task/lib.sh
nonce=$(captured nonce)
number=$((16#${nonce:0:4} + 2))
net=127.$((number % 100 + 60)).$((number % 200 + 1))
# scraped LAST RACK STAGE: the one series of that host.
scraped() {
  printf '{"__name__": "grade", "instance": "%s", "job": "hosts"%s, "server": "%s"%s} %s\n' \
    "$net.$1" "${2:+, \"rack\": \"$2\"}" "$net.$1" "${3:+, \"stage\": \"$3\"}" "$number"
}
wanted=$(scraped 1 "${nonce:4:4}" live; scraped 2 "${nonce:4:4}" live
  scraped 4 '' "not-{{retired}}-${nonce:8:4}"; scraped 5 "${nonce:8:4}")
found=$(captured run.stdout)
expected="$net.1, .2, .4 and .5 under these names, with the labels of the files"
[ "$found" = "$wanted" ] || fail "$expected" "${found:-none is scraped}"
pass "$expected"
