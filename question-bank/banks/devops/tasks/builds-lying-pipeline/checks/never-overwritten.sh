. /task/lib.sh
expected='an error the second time, and the first package as it was'
found=$(captured run.stdout | tr '\n' ' ')
case $found in
  'first 0 second 0 '*) fail "$expected" "no error the second time: $found" ;;
  'first 0 second '*' as it was ') ;;
  *) fail "$expected" "$found" ;;
esac
package=$(after_file '{{registry}}/{{artifact}}-7.3.0.tar') || fail "$expected" 'the package is gone'
tar -tf "$package" 2> /dev/null | grep -q 'src/second.txt' && fail "$expected" 'the package is the second one'
pass "$found"
