. /task/lib.sh
expected='the key is in no object and in no file of the repository'
facts=$(git_facts /srv/{{project}}) || fail "$expected" 'no readable repository at /srv/{{project}}'
cd "$facts" || exit 1
for object in $(git cat-file --batch-all-objects --batch-check='%(objectname)'); do
  if git cat-file -p "$object" 2> /dev/null | grep -qF '{{secret}}'; then
    fail "$expected" "$(git cat-file -t "$object") ${object:0:10} holds it, though nothing leads to it"
  fi
done
work=$(lab_path /srv/{{project}}) || fail "$expected" 'there is no /srv/{{project}}'
holder=$(find "$work" -xdev -type f -size -4096k -exec grep -lF '{{secret}}' {} + 2> /dev/null | head -n 1)
[ -z "$holder" ] || fail "$expected" "${holder#/lab} holds it"
pass 'nowhere'
