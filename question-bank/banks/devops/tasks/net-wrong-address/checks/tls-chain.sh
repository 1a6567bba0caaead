. /task/lib.sh
expected='a chain for {{service}}.{{zone}} that ends at the root, and the answer of {{service}}'
cat > /tmp/root.pem <<'PEM'
-----BEGIN CERTIFICATE-----
MIIBmjCCAUCgAwIBAgICEAAwCgYIKoZIzj0EAwIwMzEVMBMGA1UECgwMRXhhbXBs
ZSBDb3JwMRowGAYDVQQDDBFFeGFtcGxlIENvcnAgUm9vdDAgFw0yMDAxMDEwMDAw
MDBaGA8yMDYwMDEwMTAwMDAwMFowMzEVMBMGA1UECgwMRXhhbXBsZSBDb3JwMRow
GAYDVQQDDBFFeGFtcGxlIENvcnAgUm9vdDBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABHwybYZKxqrMDgKp7iAffC+9aUB4lRJ0dG+tJw/mrSpvrEyYuHUQR8xX2thx
wQCNZ7+iF2DxKyD+bviwOXqCbemjQjBAMA8GA1UdEwEB/wQFMAMBAf8wDgYDVR0P
AQH/BAQDAgEGMB0GA1UdDgQWBBRcrqXAoZZFqv47sZeEKcWfgur3hjAKBggqhkjO
PQQDAgNIADBFAiBLrkCeuondlFzuYIsyRF3l23icSTWAYJy9y4dJL2p4AwIhAOrh
zHHeI2+Y77vaO6jkB+pI4/DTGHp7QOvHNDywr/2D
-----END CERTIFICATE-----
PEM
# The chain is public and cannot be forged: only the company's issuer could sign another one.
captured run.stdout | sed '/^answer: /,$d' > /tmp/chain.pem
grep -q 'BEGIN CERTIFICATE' /tmp/chain.pem || fail "$expected" "no TLS on 127.0.0.1:{{tls}}: $(captured run.stderr | tail -n 1)"
verdict=$(openssl verify -purpose sslserver -verify_hostname '{{service}}.{{zone}}' -no-CApath -no-CAstore \
  -CAfile /tmp/root.pem -untrusted /tmp/chain.pem /tmp/chain.pem 2>&1) ||
  fail "$expected" "$(grep -m 1 '^error' <<< "$verdict")"
proof=$(printf '%s:%s' '{{secret}}' "$(captured nonce)" | sha256sum | cut -d' ' -f1)
answer=$(captured run.stdout | sed -n 's/^answer: //p')
case $answer in
  *"$proof"*) pass "verified, and {{service}} answers" ;;
  *) fail "$expected" "the chain is right, the answer is: $answer" ;;
esac
