. /task/lib.sh
expected='status 200 and the answer of {{app}}'
status=$(captured probe.status)
[ "$status" = 200 ] || fail "$expected" "127.0.0.1:{{backend}}: ${status:-no answer}"
proof=$(printf '%s:%s' '{{secret}}' "$(captured nonce)" | sha256sum | cut -d' ' -f1)
case $(captured probe.body) in
  *"$proof"*) pass "status 200 from {{app}}" ;;
  *) fail "$expected" 'status 200, but not from {{app}}' ;;
esac
