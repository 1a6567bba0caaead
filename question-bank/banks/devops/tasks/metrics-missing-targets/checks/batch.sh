. /task/lib.sh
nonce=$(captured nonce)
number=$((16#${nonce:0:4} + 2)) job=${nonce:4:4}
wanted="{\"__name__\": \"backup_seconds\", \"instance\": \"db-${nonce:8:4}\", \"job\": \"nightly-$job\"} $number
{\"__name__\": \"report_seconds\", \"job\": \"weekly-$job\", \"kind\": \"${nonce:12:4}\"} $number"
found=$(captured run.stdout)
[ "$found" = "$wanted" ] || fail "$wanted" "${found:-nothing is stored}"
pass "$found"
