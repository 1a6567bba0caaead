. /task/lib.sh
nonce=$(captured nonce)
site=$(after_path '{{target}}/{{site}}') || fail 'the former release' '{{target}}/{{site}} is gone'
for name in 'kept page.html' .kept; do
  file=$(after_file "{{target}}/{{site}}/$name") && [ "$(cat -- "$file")" = "kept $nonce" ] ||
    fail 'the release from before the failed deploys' "missing or changed: $name"
done
others=$(find "$site" -mindepth 1 -not -name 'kept page.html' -not -name .kept -printf '%P ')
[ -z "$others" ] || fail 'the release from before the failed deploys' "also there: $others"
pass 'the former release is intact'
