. /task/lib.sh
expected='an error after the lint, no test run, nothing published'
found=$(captured run.stdout | tr '\n' ' ')
case $found in
  'red 0 '*) fail "$expected" 'the pipeline ends without an error' ;;
  'red '*' nothing published lint  ') pass "$found" ;;
  *) fail "$expected" "$found" ;;
esac
