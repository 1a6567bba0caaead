. /task/lib.sh
expected='200, a valid certificate with the subject O={{app}}, CN={{app}}-front, and {{app}}.internal in Host and SNI'
nonce=$(captured nonce)
found=$(captured run.stdout | sed -n 's/^strict //p')
subject=organizationName={{app}},commonName={{app}}-front
[ "$found" = "$nonce /$nonce {{app}}.internal {{app}}.internal $subject 200" ] ||
  fail "$expected" "${found:-no answer}"
pass "$found"
