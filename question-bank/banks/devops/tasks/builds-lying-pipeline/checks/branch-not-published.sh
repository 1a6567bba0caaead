. /task/lib.sh
expected='no error, out/{{artifact}}-dev.tar, nothing in {{registry}}'
found=$(captured run.stdout | tr '\n' ' ')
[ "$found" = 'untagged 0 ' ] || fail "$expected" "the pipeline ends with: $found"
registry=$(after_path '{{registry}}') || fail "$expected" 'there is no {{registry}}'
names=$(ls -A -- "$registry" | tr '\n' ' ')
[ -z "$names" ] || fail "$expected" "published: $names"
package=$(after_file '/srv/{{project}}/out/{{artifact}}-dev.tar') || fail "$expected" 'there is no out/{{artifact}}-dev.tar'
tar -tf "$package" 2> /dev/null | grep -q "src/next-$(captured nonce).txt" || fail "$expected" 'the package lacks a committed file'
pass 'packaged, not published'
