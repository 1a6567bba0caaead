. /task/lib.sh
expected='status 200 and the answer of {{service}}'
status=$(captured probe.status)
[ "$status" = 200 ] || fail "$expected" "port {{backend}}: ${status:-no answer}"
proof=$(printf '%s:%s' '{{secret}}' "$(captured nonce)" | sha256sum | cut -d' ' -f1)
case $(captured probe.body) in
  *"$proof"*) ;;
  *) fail "$expected" 'status 200, but not from {{service}}' ;;
esac
pass 'status 200 from {{service}}'
