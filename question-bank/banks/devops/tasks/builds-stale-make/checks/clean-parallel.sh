. /task/lib.sh
expected='clean removes {{output}}, and make -j8 builds all 23 pages and the index'
found=$(captured run.stdout | tr '\n' ' ')
[ "$found" = 'clean 0 gone parallel 0 ' ] || fail "$expected" "$found"
for n in {1..20}; do
  file=$(after_file "/srv/{{project}}/{{output}}/many-$n.html") && grep -qx "<p>Page $n $(captured nonce).</p>" "$file" ||
    fail "$expected" "many-$n.html is missing or wrong"
done
index=$(after_file /srv/{{project}}/{{output}}/index.html) || fail "$expected" 'index.html is missing'
[ "$(grep -c '\.html ' "$index")" = 23 ] || fail "$expected" "the index lists $(grep -c '\.html ' "$index") pages"
pass '23 pages and the index'
