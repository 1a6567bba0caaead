#!/bin/bash
# Jobs of this grading that burn their budget, and others that only seem to.
rules=/etc/prometheus/rules/{{product}}.yml
dir=$(mktemp -d)
# scenario NAME: reads series (SERIES|VALUES) and questions (@TIME|EXPRESSION|its value, - for none), and prints
# NAME and whether all is as expected.
scenario() {
  local first rest value samples asked=''
  {
    printf 'rule_files: [%s]\nevaluation_interval: 1m\ntests:\n- interval: 1m\n  input_series:\n' "$rules"
    while IFS='|' read -r first rest value; do
      case $first in
        @*)
          [ -n "$asked" ] || echo '  promql_expr_test:'
          asked=1 samples="[{labels: '{}', value: $value}]"
          [ "$value" != - ] || samples='[]'
          printf "  - {expr: '%s', eval_time: %s, exp_samples: %s}\n" "$rest" "${first#@}" "$samples"
          ;;
        *) printf "  - {series: '%s', values: '%s'}\n" "$first" "$rest" ;;
      esac
    done
  } > "$dir/test.yml"
  if timeout 10 promtool test rules "$dir/test.yml" > "$dir/out" 2>&1; then echo "$1: yes"; else echo "$1: no"; fi
}
# near TIME RULE JOB VALUE: the question whether the one series of the job has this value.
near() { echo "@$1|count(sum without (job) (abs($2{job=\"$3\"} - $4) <= 0.002 * $4))|1"; }
a=a-${NONCE:0:8} b=b-${NONCE:8:8} c=c-${NONCE:16:8}
# Errors in a million requests: as many as may just be, a bit more, a bit less.
limit=$(awk 'BEGIN { printf "%d", {{factor}} * (100 - {{objective}}) * 10000 + 0.5 }')
more=$((limit * 11 / 10)) less=$((limit * 9 / 10)) million=1000000
firing() { echo "@$1|count(ALERTS{alertname=\"ErrorBudgetBurns\",alertstate=\"firing\"${2:+,job=\"$2\"}})|${3:-1}"; }
# job NAME CODE..: 100 minutes with these errors a minute, then, if given, 60 with others.
job() {
  echo "http_requests_total{job=\"$1\",instance=\"1\",code=\"200\"}|0+${million}x160"
  echo "http_requests_total{job=\"$1\",instance=\"1\",code=\"500\"}|0+$2x100 $(($2 * 100 + $3))+$3x59"
}
# The errors are a part of all requests, so a bit fewer than the numbers say.
scenario 'fires for the job that burns, and for no other' << DATA
$(job "$a" "$((more * 5 / 4))" "$((more * 5 / 4))")
$(job "$b" "$less" "$less")
$(job "$c" 0 0)
$(firing 90m "$a")
$(firing 90m)
$(firing 150m)
DATA
scenario 'begins and ends in time' << DATA
$(job "$a" 0 9000000)
http_requests_total{job="$b",instance="1",code="200"}|0+${million}x80 80000000+0x14 81000000+${million}x60
http_requests_total{job="$b",instance="1",code="500"}|0+0x80 ${million}+${million}x14 15000000+0x60
$(firing 80m "$a" -)
$(firing 80m "$b" -)
$(firing 94m "$b")
$(firing 103m "$b" -)
$(firing 120m "$b" -)
$(firing 100m "" -)
$(firing 106m "$a")
DATA
# Five bad minutes in a good hour, and a bad hour whose last minutes are good.
scenario 'needs both the hour and the five minutes' << DATA
$(job "$a" "$((limit / 20))" "$((more * 5 / 4))")
$(job "$b" "$((more * 2))" 0)
$(firing 99m "$b")
$(firing 99m)
$(firing 108m "" -)
$(firing 110m "" -)
DATA
