. /task/lib.sh
expected='101, an echo, another one after 6 seconds, and the ordinary answer to a plain request'
nonce=$(captured nonce)
key=$(printf '%s' "${nonce:0:16}" | base64)258EAFA5-E914-47DA-95CA-C5AB0DC85B11
accept=$(printf '%s' "$key" | openssl dgst -sha1 -binary | base64)
found=$(captured run.stdout | tr -s ' \n' ' ')
wanted="HTTP/1.1 101 $accept $nonce heard first ${nonce:0:8} $nonce heard second ${nonce:8:8} "
[ "$found" = "${wanted}/live $nonce plain 200 " ] || fail "$expected" "${found:-no answer}"
pass "$found"
