. /task/lib.sh
nonce=$(captured nonce)
expected='only {{artifact}}-7.2.10.tar in {{registry}}, with src as it is committed'
found=$(captured run.stdout | tr '\n' ' ')
[ "$found" = 'tagged 0 ' ] || fail "$expected" "the pipeline ends with: $found"
registry=$(after_path '{{registry}}') || fail "$expected" 'there is no {{registry}}'
names=$(ls -A -- "$registry" | tr '\n' ' ')
[ "$names" = '{{artifact}}-7.2.10.tar ' ] || fail "$expected" "published: $names"
package=$(after_file '{{registry}}/{{artifact}}-7.2.10.tar') || fail "$expected" 'it is no file'
listed=$(tar -tf "$package" 2> /dev/null | sed 's|^\./||' | grep -v '/$' | LC_ALL=C sort | tr '\n' ' ')
wanted=$(printf '%s\n' src/index.txt src/hours.txt src/map.txt "src/good-$nonce.txt" | LC_ALL=C sort | tr '\n' ' ')
[ "$listed" = "$wanted" ] || fail "$expected" "it holds: $listed"
good=$(tar -xOf "$package" --wildcards "*src/good-$nonce.txt" 2> /dev/null)
index=$(tar -xOf "$package" --wildcards '*src/index.txt' 2> /dev/null)
[ "$good" = "Good $nonce." ] && [ "$index" = 'Welcome.' ] || fail "$expected" 'a file in it is not as it is committed'
pass "published: $names"
