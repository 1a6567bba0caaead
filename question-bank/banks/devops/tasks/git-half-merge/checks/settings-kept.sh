. /task/lib.sh
expected='listen = {{port}}, timeout = {{timeout}} and workers = 2, each once'
facts=$(git_facts /srv/{{project}}) || fail "$expected" 'no readable repository at /srv/{{project}}'
cd "$facts" || exit 1
content=$(git show refs/heads/main:conf/service.conf) || fail "$expected" 'conf/service.conf is not on main'
settings=$(grep -v -e '^[[:space:]]*#' -e '^[[:space:]]*$' <<< "$content" | tr -d ' \t\r' | sort | tr '\n' ' ')
[ "$settings" = 'listen={{port}} timeout={{timeout}} workers=2 ' ] || fail "$expected" "$settings"
pass "$settings"
