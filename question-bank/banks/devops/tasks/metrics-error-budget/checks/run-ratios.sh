#!/bin/bash
# Jobs of this grading whose errors are spread unevenly over instances and time.
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
a=a-${NONCE:0:8} b=b-${NONCE:8:8} c=c-${NONCE:16:8} x=$((16#${NONCE:0:2} + 100)) y=$((16#${NONCE:2:2} + 300))
share() { awk "BEGIN { printf \"%.8f\", ($1) / ($2) }"; }
# A small instance fails often, a big one seldom; one has no errors at all, not even a series of them.
scenario 'over instances' << DATA
http_requests_total{job="$a",instance="1",code="200"}|0+100x99
http_requests_total{job="$a",instance="1",code="500"}|0+${x}x99
http_requests_total{job="$a",instance="2",code="200"}|0+9000x99
http_requests_total{job="$a",instance="2",code="503"}|0+${y}x99
http_requests_total{job="$a",instance="3",code="200"}|0+1000x99
http_requests_total{job="$b",instance="1",code="502"}|0+${x}x99
http_requests_total{job="$b",instance="1",code="404"}|0+${y}x99
$(near 90m job:error_ratio:rate5m "$a" "$(share "$x + $y" "$x + $y + 10100")")
$(near 90m job:error_ratio:rate1h "$a" "$(share "$x + $y" "$x + $y + 10100")")
$(near 90m job:error_ratio:rate5m "$b" "$(share "$x" "$x + $y")")
$(near 90m job:error_ratio:rate1h "$b" "$(share "$x" "$x + $y")")
@90m|count(job:error_ratio:rate5m)|2
@90m|count(job:error_ratio:rate1h{instance="",code=""})|2
DATA
# Ten minutes with many errors and few requests within an hour of many requests.
scenario 'over time' << DATA
http_requests_total{job="$b",instance="1",code="200"}|0+3000x60 180100+100x9 184000+3000x60
http_requests_total{job="$b",instance="1",code="500"}|0+0x60 $x+${x}x9 $((x * 10))+0x60
$(near 70m job:error_ratio:rate5m "$b" "$(share "$x" "$x + 100")")
$(near 90m job:error_ratio:rate1h "$b" "$(share "$x * 10" "$x * 10 + 1000 + 50 * 3000 - 100")")
@100m|count(job:error_ratio:rate5m{job="$b"} == 0)|1
DATA
scenario '0 without errors' << DATA
http_requests_total{job="$c",instance="1",code="200"}|0+${x}x99
http_requests_total{job="$c",instance="2",code="404"}|0+${y}x99
http_requests_total{job="$a",instance="1",code="200"}|0+${x}x99
http_requests_total{job="$a",instance="1",code="500"}|0+${x}x99
@90m|count(job:error_ratio:rate5m{job="$c"} == 0)|1
@90m|count(job:error_ratio:rate1h{job="$c"} == 0)|1
$(near 90m job:error_ratio:rate5m "$a" 0.5)
DATA
