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
conf=$(lab_file /etc/nginx/sites-available/{{service}}) && grep -q '{{service}}\.{{zone}}:{{backend}}' "$conf" ||
  fail 'nginx passes on to the name {{service}}.{{zone}}' 'the name is not in its configuration'
pass 'status 200 from {{service}} through nginx'
