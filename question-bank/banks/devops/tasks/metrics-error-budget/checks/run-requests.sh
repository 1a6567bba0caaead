#!/bin/bash
# Requests of jobs of this grading, one of whose instances begins anew.
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
a=a-${NONCE:0:8} b=b-${NONCE:8:8} x=$((16#${NONCE:0:3} + 600)) y=$((16#${NONCE:3:3} + 600))
per_second() { awk "BEGIN { printf \"%.6f\", ($1) / 60 }"; }
scenario 'right in each minute of a restart' << DATA
http_requests_total{job="$a",instance="1",code="200"}|0+${x}x29 $x+${x}x40
http_requests_total{job="$a",instance="2",code="200"}|$((x * 90))+${y}x80
http_requests_total{job="$a",instance="2",code="404"}|7+60x80
http_requests_total{job="$b",instance="1",code="200"}|$y+120x80
$(for t in 28 30 31 33 36 50; do near "${t}m" job:requests:rate5m "$a" "$(per_second "$x + $y + 60")"; done)
$(near 32m job:requests:rate5m "$b" 2)
@32m|count(job:requests:rate5m)|2
@32m|count(job:requests:rate5m{instance=""})|2
DATA
scenario 'of the last five minutes' << DATA
http_requests_total{job="$b",instance="1",code="200"}|0+${x}x40 $((x * 40 + y))+${y}x30
$(near 40m job:requests:rate5m "$b" "$(per_second "$x")")
$(near 46m job:requests:rate5m "$b" "$(per_second "$y")")
DATA
