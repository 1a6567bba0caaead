. /task/lib.sh
nonce=$(captured nonce)
n=$((16#${nonce:0:3} + 10000))
expected="needed: init,install 4.$n.0, cache emptied; not needed: no call, store and cache as they were"
found=$(captured run.stdout | tr '\n' ' ' | tr -s ' ')
[ "$found" = "needed: init /opt/{{app}}/store,install 4.$n.0,cache: store: format \
not needed: cache: second store: format kept " ] || fail "$expected" "$found"
for name in store/kept cache/second; do
  file=$(after_file "/opt/{{app}}/$name") && [ "$(cat -- "$file")" = "$nonce" ] || fail "$expected" "$name was changed"
done
pass 'each step once, and none without need'
