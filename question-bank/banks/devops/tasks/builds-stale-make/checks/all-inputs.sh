. /task/lib.sh
expected='3 of 3 pages made again after each change'
nonce=$(captured nonce)
found=$(captured run.stdout | tr '\n' ' ')
[ "$found" = 'template 3 settings 3 render 3 ' ] || fail "$expected" "pages made again after a change: $found"
for name in '{{first}}' '{{second}}' contact; do
  file=$(after_file "/srv/{{project}}/{{output}}/$name.html") || fail "$expected" "$name.html is missing"
  for input in template settings render; do
    grep -q -- "$input-$nonce" "$file" || fail "$expected" "$name.html does not show the change to $input"
  done
done
pass "$found"
