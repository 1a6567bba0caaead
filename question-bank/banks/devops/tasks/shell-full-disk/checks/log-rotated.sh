. /task/lib.sh
expected='after five rotations: a small log that {{app}} writes, and 3 old ones, compressed'
nonce=$(captured nonce)
[ "$(captured run.stdout | tail -n 1)" = finished ] || fail "$expected" "logrotate: $(captured run.stderr | tail -n 2)"
log=$(after_file /var/log/{{app}}/{{app}}.log 1000000000) || fail "$expected" 'there is no log any more'
size=$(stat -c %s -- "$log")
[ "$size" -lt 5000000 ] || fail "$expected" "the log has $size bytes: $(captured run.stderr | tail -n 2)"
grep -q "batch $nonce-5 stored" "$log" || fail "$expected" '{{app}} does not log into the new file'

directory=$(after_path /var/log/{{app}}) || exit 1
old=$(find "$directory" -maxdepth 1 -type f -name '{{app}}.log.*' -printf '%f\n' | sort)
[ "$(grep -c . <<< "$old")" = 3 ] || fail "$expected" "old ones: $(tr '\n' ' ' <<< "$old")"
# The newest may still wait for its compression (delaycompress).
[ "$(grep -c '\.gz$' <<< "$old")" -ge 2 ] || fail "$expected" "old ones: $(tr '\n' ' ' <<< "$old")"
newest=$(grep -m 1 '\.1\(\.gz\)\?$' <<< "$old") || fail "$expected" "old ones: $(tr '\n' ' ' <<< "$old")"
file=$(regular_file "$directory/$newest" 20000000) || fail "$expected" "$newest is not a regular file"
case $newest in *.gz) content=$(gzip -dc < "$file" | head -c 200000) ;; *) content=$(head -c 200000 "$file") ;; esac
grep -q "marker $nonce-5" <<< "$content" || fail "$expected" "$newest is not the last log"
pass "log of $size bytes; $(tr '\n' ' ' <<< "$old")"
