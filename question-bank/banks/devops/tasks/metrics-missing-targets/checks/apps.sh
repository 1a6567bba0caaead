. /task/lib.sh
nonce=$(captured nonce)
number=$((16#${nonce:0:4} + 2))
port=$((20000 + number % 9000))
# stored NAME HOST VALUE [ZONE]: the series of that name and application.
stored() {
  local own=''
  if [ "$1" = queue_length ]; then
    own="\"exported_instance\": \"outbox-${nonce:8:4}\", \"exported_job\": \"mail-${nonce:4:4}\", "
  fi
  printf '{"__name__": "%s", %s"instance": "127.0.5.%s:%s", "job": "{{app}}"%s} %s\n' \
    "$1" "$own" "$2" "$port" "${4:+, \"zone\": \"$4\"}" "$3"
}
wanted=$(for zone in '' "${nonce:12:4}"; do
  host=$((${#zone} / 4 + 1))
  stored "{{app}}_done_total" "$host" "$number" "$zone"
  stored "algo_${nonce:4:4}" "$host" 1 "$zone"
  stored queue_length "$host" 3 "$zone"
done | sort)
found=$(captured run.stdout | sort)
expected="of both {{app}}_done_total, algo_${nonce:4:4} and queue_length, that with exported_job and exported_instance"
[ "$found" = "$wanted" ] || fail "$expected" "${found:-nothing is stored}"
pass "$expected"
