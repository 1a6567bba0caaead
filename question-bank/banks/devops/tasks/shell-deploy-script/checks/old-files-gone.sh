. /task/lib.sh
site=$(after_path '{{target}}/{{site}}') || fail '{{target}}/{{site}} exists' 'it does not exist'
count=$(find "$site" -not -type d -printf x | wc -c)
for name in 'former page.html' .former index.html; do
  [ ! -e "$site/$name" ] && [ ! -L "$site/$name" ] || fail 'only files of the new release' "still there: $name"
done
[ "$count" = 11 ] || fail '11 files, those of the new release' "$count files"
pass '11 files, nothing else'
