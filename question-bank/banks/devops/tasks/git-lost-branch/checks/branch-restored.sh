. /task/lib.sh
expected='{{branch}} with the three original commits, the last one in its amended version'
facts=$(git_facts /srv/{{project}}) || fail "$expected" 'no readable repository at /srv/{{project}}'
cd "$facts" || exit 1
tip=$(git rev-parse --verify --quiet 'refs/heads/{{branch}}^{commit}') ||
  fail "$expected" 'the branch does not exist'

start=$((1730000000 + {{minute}} * 60))
wanted=$(
  printf '%s %s Start the project\n' $((start + 600)) $((start + 600))
  printf '%s %s Add the report\n' $((start + 1200)) $((start + 1200))
  printf '%s %s Add the export format\n' $((start + 1800)) $((start + 1800))
  printf '%s %s Write the export\n' $((start + 2400)) $((start + 2400))
  # Amending keeps the author's time and renews the committer's.
  printf '%s %s Cover empty exports\n' $((start + 3000)) $((start + 3600))
)
history=$(git log --reverse -n 20 --format='%at %ct %s' "$tip") || fail "$expected" 'its history is not readable'
# The author time of the amended commit depends on how it was amended, so only commit times count.
strip() { cut -d' ' -f2-; }
[ "$(strip <<< "$history")" = "$(strip <<< "$wanted")" ] ||
  fail "$expected" "these commits: $(git log -n 5 --format='%h %s;' "$tip" | tr '\n' ' ')"
content=$(git show "$tip:src/test_export.py") || fail "$expected" 'src/test_export.py is missing in it'
case $content in
  *'{{code}}'*) pass "{{branch}} at $(git log -1 --format='%h %s' "$tip")" ;;
  *) fail "$expected" 'the last commit is another version' ;;
esac
