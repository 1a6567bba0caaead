. /task/lib.sh
wanted="https://{{site}}.example:{{front}}/opening?day=$(captured nonce)"
expected="301 to $wanted"
place=$(captured probe.headers | tr -d '\r' | sed -n 's/^[Ll]ocation: *//p' | head -n 1)
found="$(captured probe.status) to ${place:-nowhere}"
case $(captured probe.status) in *301*) ;; *) fail "$expected" "$found" ;; esac
[ "$place" = "$wanted" ] || fail "$expected" "$found"
pass "$found"
