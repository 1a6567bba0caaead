. /task/lib.sh
nonce=$(captured nonce)
n=$((16#${nonce:0:3})) id=${nonce:4:8}
# setting HOST NAME: what stands in the file of the host.
setting() {
  local file
  file=$(after_file "{{root}}/$1-$id/app.conf") && sed -n "s/^$2 = //p" -- "$file"
}
expected="log_level role-$id, timeout $((n + 2000)), region region-$id"
for host in b c; do
  found="log_level $(setting $host log_level), timeout $(setting $host timeout), region $(setting $host region)"
  [ "$found" = "$expected" ] || fail "$expected" "$found"
done
pass "$found"
