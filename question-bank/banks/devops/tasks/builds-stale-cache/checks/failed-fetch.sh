. /task/lib.sh
nonce=$(captured nonce)
expected='an error, nothing in vendor, nothing cached; later all is there'
found=$(captured run.stdout | tr '\n' ' ')
case $found in
  'failed 0 '*) fail "$expected" 'no error although a dependency is missing' ;;
  'failed '*' left 0 cached 0 later 0 ') ;;
  *) fail "$expected" "$found" ;;
esac
file=$(after_file "/srv/{{project}}/vendor/new-$nonce.txt") && [ "$(cat -- "$file")" = "new $nonce" ] ||
  fail "$expected" 'vendor lacks the dependency that came later'
pass "$found"
