. /task/lib.sh
nonce=$(captured nonce)
n=$((16#${nonce:0:3})) id=${nonce:4:8}
# setting HOST NAME: what stands in the file of the host.
setting() {
  local file
  file=$(after_file "{{root}}/$1-$id/app.conf") && sed -n "s/^$2 = //p" -- "$file"
}
expected="log_level own-$id, timeout $((n + 1000))"
found="log_level $(setting a log_level), timeout $(setting a timeout)"
[ "$found" = "$expected" ] || fail "$expected" "$found"
pass "$found"
