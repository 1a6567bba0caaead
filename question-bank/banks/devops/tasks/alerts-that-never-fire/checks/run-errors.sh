#!/bin/bash
# Jobs of this grading, some of which fail more than allowed.
rules=/etc/prometheus/rules/{{team}}.yml
dir=$(mktemp -d)
# scenario NAME: reads series (SERIES|VALUES) and questions (@TIME|SELECTOR|how many alerts fire), and prints
# NAME and whether all is as expected.
scenario() {
  local first rest count samples asked=''
  {
    printf 'rule_files: [%s]\nevaluation_interval: 1m\ntests:\n- interval: 1m\n  input_series:\n' "$rules"
    while IFS='|' read -r first rest count; do
      case $first in
        @*)
          [ -n "$asked" ] || echo '  promql_expr_test:'
          asked=1 samples="[{labels: '{}', value: $count}]"
          [ "$count" != 0 ] || samples='[]'
          printf "  - {expr: 'count(ALERTS{%s,alertstate=\"firing\"})', eval_time: %s, exp_samples: %s}\n" \
            "$rest" "${first#@}" "$samples"
          ;;
        *) printf "  - {series: '%s', values: '%s'}\n" "$first" "$rest" ;;
      esac
    done
  } > "$dir/test.yml"
  if timeout 10 promtool test rules "$dir/test.yml" > "$dir/out" 2>&1; then echo "$1: yes"; else echo "$1: no"; fi
}
a=api-${NONCE:0:8} b=web-${NONCE:8:8} alert='alertname="ErrorsHigh",severity="page"'
hold={{hold}} above=$(({{percent}} * 10 + 15)) below=$(({{percent}} * 10 - 15))
# 1000 requests a minute and instance; the errors of one instance make the share of the whole job.
scenario 'fires for the job above the limit only' << DATA
http_requests_total{job="$a",instance="$a-1",code="200"}|0+$((1000 - 2 * above))x90
http_requests_total{job="$a",instance="$a-1",code="503"}|0+$((2 * above))x90
http_requests_total{job="$a",instance="$a-2",code="200"}|0+1000x90
http_requests_total{job="$b",instance="$b-1",code="200"}|0+$((1000 - 2 * below))x90
http_requests_total{job="$b",instance="$b-1",code="500"}|0+$((2 * below))x90
http_requests_total{job="$b",instance="$b-2",code="200"}|0+1000x90
@60m|$alert,job="$a"|1
@60m|$alert|1
DATA
scenario 'waits for {{hold}} minutes and ends' << DATA
http_requests_total{job="$a",instance="x",code="200"}|0+1000x20 20000+0x$((hold + 9)) 20000+1000x60
http_requests_total{job="$a",instance="x",code="504"}|0+0x20 1000+1000x$((hold + 9)) $((1000 * (hold + 10)))+0x60
@$((20 + hold))m|$alert|0
@$((24 + hold))m|$alert,job="$a"|1
@$((40 + hold))m|$alert|0
DATA
scenario 'adds up what different codes and instances fail' << DATA
http_requests_total{job="$b",instance="$b-1",code="200"}|0+$((1000 - above))x90
http_requests_total{job="$b",instance="$b-1",code="500"}|0+$((above / 2 + 1))x90
http_requests_total{job="$b",instance="$b-1",code="502"}|0+$((above / 2))x90
http_requests_total{job="$b",instance="$b-2",code="200"}|0+$((1000 - above))x90
http_requests_total{job="$b",instance="$b-2",code="503"}|0+${above}x90
@50m|$alert,job="$b"|1
@50m|$alert|1
DATA
# Errors of long ago do not count, nor does the start of a process, nor what clients do wrong.
scenario 'leaves alone who is well' << DATA
http_requests_total{job="$a",instance="$a-1",code="200"}|0+1000x40 0+1000x49
http_requests_total{job="$a",instance="$a-1",code="500"}|900000+1x40 0+1x49
http_requests_total{job="$b",instance="$b-1",code="200"}|0+1000x90
http_requests_total{job="$b",instance="$b-1",code="404"}|0+500x90
http_requests_total{job="$b",instance="$b-1",code="499"}|0+500x90
@30m|$alert|0
@50m|$alert|0
@80m|$alert|0
DATA
