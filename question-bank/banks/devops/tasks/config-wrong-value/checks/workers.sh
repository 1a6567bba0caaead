. /task/lib.sh
nonce=$(captured nonce)
n=$((16#${nonce:0:3})) id=${nonce:4:8}
# setting HOST NAME: what stands in the file of the host.
setting() {
  local file
  file=$(after_file "{{root}}/$1-$id/app.conf") && sed -n "s/^$2 = //p" -- "$file"
}
expected="$((2 * n + 22)) for $((n + 11)) cpus, $((2 * n + 46)) for $((n + 23)), $((n + 500)) where the host says so"
found="$(setting b workers) for $((n + 11)) cpus, $(setting c workers) for $((n + 23)), \
$(setting a workers) where the host says so"
[ "$found" = "$expected" ] || fail "$expected" "$found"
pass "$found"
