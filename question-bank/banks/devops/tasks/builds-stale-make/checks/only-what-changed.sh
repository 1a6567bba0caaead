. /task/lib.sh
expected='{{first}}.html and index.html made again, nothing else'
rebuilt=$(captured run.stdout | sort | tr '\n' ' ')
[ "$rebuilt" = "$(printf '%s\n' '{{first}}.html' index.html | sort | tr '\n' ' ')" ] || fail "$expected" "made again: $rebuilt"
file=$(after_file '/srv/{{project}}/{{output}}/{{first}}.html') && grep -qx "<p>Changed $(captured nonce).</p>" "$file" ||
  fail "$expected" '{{first}}.html does not show the change'
pass "made again: $rebuilt"
