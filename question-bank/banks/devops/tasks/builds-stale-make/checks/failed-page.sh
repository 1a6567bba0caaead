. /task/lib.sh
expected='make fails, leaves no broken.html, and builds it once it is repaired'
found=$(captured run.stdout | tr '\n' ' ')
case $found in
  'broken 0 '*) fail "$expected" 'make succeeded although a page failed' ;;
  'broken '*' none repaired 0 ') ;;
  *) fail "$expected" "$found" ;;
esac
file=$(after_file /srv/{{project}}/{{output}}/broken.html) && grep -qx 'Now it is there.' "$file" ||
  fail "$expected" 'broken.html was not built after the repair'
pass "$found"
