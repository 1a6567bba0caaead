. /task/lib.sh
expected='docs/runbook.md ends with the line that was stashed'
file=$(lab_file /srv/{{project}}/docs/runbook.md) || fail "$expected" 'no regular file docs/runbook.md'
wanted=$(printf '# Runbook\n\n1. Stop the nightly job.\n2. Restore the last dump.\n3. Tell {{host}}.example.com that the dump is back.\n')
[ "$(cat -- "$file")" = "$wanted" ] || fail "$expected" "it ends with: $(tail -n 1 -- "$file")"
pass "$(tail -n 1 -- "$file")"
