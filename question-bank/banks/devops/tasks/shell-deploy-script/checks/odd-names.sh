. /task/lib.sh
nonce=$(captured nonce)
site=$(after_path '{{target}}/{{site}}') || fail '{{target}}/{{site}} exists' 'it does not exist'

# deployed NAME TEXT: whether the file is there with exactly this text.
missing=''
deployed() {
  local file
  file=$(after_file "{{target}}/{{site}}/$1") && [ "$(cat -- "$file")" = "$2" ] || missing="$missing [$1]"
}
deployed 'page.html' "plain $nonce"
deployed "two  spaces ${nonce:0:4}.html" "two  spaces $nonce"
deployed '*.html' "glob $nonce"
deployed '-n' "dash $nonce"
deployed '-dash/--help' "dash directory $nonce"
deployed "it's \"quoted\" \$HOME.txt" "quote $nonce"
deployed "sub dir/two"$'\n'"lines.txt" "line $nonce"
deployed "sub dir/deep/tab"$'\t'".txt" "deep $nonce"
deployed '.well-known' "hidden $nonce"
deployed "back\\slash" "back $nonce"
deployed 'empty file' ''
[ -z "$missing" ] || fail 'all 11 files in {{target}}/{{site}}, unchanged' "missing or changed:$missing"
[ "$(captured run.exit)" = 0 ] || fail 'exit status 0' "exit status $(captured run.exit)"
pass '11 of 11 files'
