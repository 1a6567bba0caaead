. /task/lib.sh
nonce=$(captured nonce)
expected='all pages and the index, and nothing rebuilt by the second make'
printed=$(captured run.stdout | tr '\n' ' ')

# page NAME LINE..: what render makes of it.
page() {
  local name=$1 wanted line file
  shift
  wanted='<html><title>{{title}}</title>'
  for line in "$@"; do wanted="$wanted"$'\n'"<p>$line</p>"; done
  wanted="$wanted"$'\n''</html>'
  file=$(after_file "/srv/{{project}}/{{output}}/$name.html") || fail "$expected" "$name.html was not built"
  [ "$(cat -- "$file")" = "$wanted" ] || fail "$expected" "$name.html is not what bin/render makes"
}
page '{{first}}' 'How to {{first}}.' 'Step by step.'
page '{{second}}' 'How to {{second}}.'
page contact 'Who to ask.'
page "new-$nonce" "Nonce $nonce."
index=$(after_file /srv/{{project}}/{{output}}/index.html) || fail "$expected" 'index.html was not built'
for name in '{{first}}' '{{second}}' contact "new-$nonce"; do
  size=$(stat -c %s -- "/after/srv/{{project}}/{{output}}/$name.html")
  grep -qx -- "$name.html $size" "$index" || fail "$expected" "index.html does not list $name.html"
done
[ "$printed" = 'first 0 second 0 same ' ] || fail "$expected" "$printed"
pass 'built once, nothing to do the second time'
