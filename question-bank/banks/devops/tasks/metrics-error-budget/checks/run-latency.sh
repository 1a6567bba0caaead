#!/bin/bash
# Histograms of jobs of this grading: a big fast instance, a small slow one, and another past.
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
a=a-${NONCE:0:8} b=b-${NONCE:8:8} rule=job:latency_seconds:p{{quantile}}
# fast SLOW: where {{quantile}} % are reached, of 1000 requests below 0.1 s and so many between 0.5 and 1 s.
within() { awk "BEGIN { s = $1; printf \"%.8f\", 0.5 + 0.5 * ({{quantile}} / 100 * (1000 + s) - 1000) / s }"; }
# histogram JOB INSTANCE FAST SLOW: the buckets, after thirty minutes in which all was fast.
histogram() {
  local le count
  for le in 0.1 0.5 1 2.5 +Inf; do
    count=$(($3 + $4))
    case $le in 0.1 | 0.5) count=$3 ;; esac
    printf 'http_request_duration_seconds_bucket{job="%s",instance="%s",le="%s"}' "$1" "$2" "$le"
    echo "|0+90000x30 $((2700000 + count))+${count}x50"
  done
}
s=$((16#${NONCE:0:2} % 100 + 150)) t=$((16#${NONCE:2:2} % 100 + 260))
scenario 'of all instances together' << DATA
$(histogram "$a" 1 900 0)
$(histogram "$a" 2 100 "$s")
$(near 60m "$rule" "$a" "$(within "$s")")
DATA
scenario 'of each job' << DATA
$(histogram "$a" 1 1000 "$s")
$(histogram "$b" 1 400 0)
$(histogram "$b" 2 600 "$((t - 5))")
$(histogram "$b" 3 0 5)
$(near 50m "$rule" "$a" "$(within "$s")")
$(near 50m "$rule" "$b" "$(within "$t")")
@50m|count($rule)|2
@50m|count($rule{instance="",le=""})|2
DATA
