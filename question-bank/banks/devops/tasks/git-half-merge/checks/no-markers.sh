. /task/lib.sh
expected='no line that starts with <<<<<<<, ======= or >>>>>>> in any file of main'
facts=$(git_facts /srv/{{project}}) || fail "$expected" 'no readable repository at /srv/{{project}}'
cd "$facts" || exit 1
marked=$(git grep -l -E '^(<<<<<<<|=======|>>>>>>>|\|\|\|\|\|\|\|)' refs/heads/main)
case $? in
  0) fail "$expected" "markers in: $(tr '\n' ' ' <<< "$marked")" ;;
  1) pass 'no markers' ;;
  *) fail "$expected" 'main is not readable' ;;
esac
