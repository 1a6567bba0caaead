. /task/lib.sh
expected='the answer of {{app}} through nginx after a fresh start'
proof=$(printf '%s:%s' '{{secret}}' "$(captured nonce)" | sha256sum | cut -d' ' -f1)
case $(captured run.stdout) in
  *"$proof"*) pass 'answers after a fresh start' ;;
  *) fail "$expected" "$(captured run.stderr | tail -n 3)" ;;
esac
