. /task/lib.sh
expected='a new commit is taken; rewriting and deleting main is refused; topic may be rewritten and deleted'
found=$(captured run.stdout | tr '\n' ',')
[ "$found" = 'added taken,rewritten refused,deleted refused,topic-rewritten taken,topic-deleted taken,' ] || fail "$expected" "${found:-nothing}"
facts=$(git_facts /srv/git/{{project}}.git /after) || fail "$expected" 'no readable repository'
cd "$facts" || exit 1
subject=$(git log -1 --format=%s refs/heads/main 2> /dev/null)
[ "$subject" = "News $(captured nonce)" ] || fail "$expected" "main is at: $subject"
git rev-parse --verify --quiet refs/heads/topic > /dev/null && fail "$expected" "topic is still there"
pass "$found"
