. /task/lib.sh
expected='status 200, and the batch in the journal of {{app}}'
nonce=$(captured nonce)
status=$(captured probe.status)
[ "$status" = 200 ] || fail "$expected" "port {{port}}: ${status:-no answer} $(captured probe.body)"
proof=$(printf '%s:%s' '{{secret}}' "$nonce" | sha256sum | cut -d' ' -f1)
case $(captured probe.body) in
  "stored $proof"*) ;;
  *) fail "$expected" 'status 200, but not from {{app}}' ;;
esac
journal=$(lab_file /var/lib/{{app}}/journal) && grep -qx -- "$nonce" "$journal" ||
  fail "$expected" 'status 200, but the batch is not in the journal'
pass 'batch stored'
