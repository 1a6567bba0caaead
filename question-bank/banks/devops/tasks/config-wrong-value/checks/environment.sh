. /task/lib.sh
nonce=$(captured nonce)
n=$((16#${nonce:0:3})) id=${nonce:4:8}
# setting HOST NAME: what stands in the file of the host.
setting() {
  local file
  file=$(after_file "{{root}}/$1-$id/app.conf") && sed -n "s/^$2 = //p" -- "$file"
}
expected="worker and web in staging: port $((n + 30000)); web in production: $((n + 10000))"
found="worker and web in staging: port $(setting b port)"
[ "$(setting b port)" = "$(setting c port)" ] || found="$found and $(setting c port)"
found="$found; web in production: $(setting a port)"
[ "$found" = "$expected" ] || fail "$expected" "$found"
pass "$found"
