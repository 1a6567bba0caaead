. /task/lib.sh
expected='status 200 and the answer of {{service}}'
status=$(captured probe.status)
[ "$status" = 200 ] || fail "$expected" "port {{front}}: ${status:-no answer}"
proof=$(printf '%s:%s' '{{secret}}' "$(captured nonce)" | sha256sum | cut -d' ' -f1)
case $(captured probe.body) in
  *"$proof"*) ;;
  *) fail "$expected" 'status 200, but not from {{service}}' ;;
esac
captured probe.headers | grep -qi '^server: *nginx' || fail "$expected" 'the answer of {{service}}, but not through nginx'
# Wherever the candidate keeps it; links lead nowhere here and are passed over.
grep -rqs '{{service}}\.{{zone}}:{{backend}}' /lab/etc/nginx ||
  fail 'nginx passes on to {{service}}.{{zone}}:{{backend}}' 'the name is not in its configuration'
pass 'status 200 from {{service}} through nginx'
