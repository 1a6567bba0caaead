. /task/lib.sh
expected='status 200 and the answer of {{app}}, passed on by nginx'
status=$(captured probe.status)
[ "$status" = 200 ] || fail "$expected" "port {{front}}: ${status:-no answer}"
proof=$(printf '%s:%s' '{{secret}}' "$(captured nonce)" | sha256sum | cut -d' ' -f1)
case $(captured probe.body) in
  *"$proof"*) ;;
  *) fail "$expected" 'status 200, but not from {{app}}' ;;
esac
captured probe.headers | grep -qi '^server: *nginx' || fail "$expected" 'the answer of {{app}}, but not through nginx'
pass 'status 200 from {{app}} through nginx'
