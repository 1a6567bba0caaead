#!/bin/bash
# Instances of this grading that answer always, mostly, seldom and never.
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
job=job-${NONCE:0:8} alert='alertname="TargetUnreliable",severity="ticket"'
# pattern COUNT VALUES: the values so many times.
pattern() { local i; for ((i = 0; i < $1; i++)); do printf '%s ' "$2"; done; }
scenario 'fires for who answers now and then only' << DATA
up{job="$job",instance="seldom-${NONCE:8:6}:9100"}|$(pattern 30 '0 1 0')
up{job="$job",instance="mostly-${NONCE:8:6}:9100"}|$(pattern 30 '1 0 1')
up{job="$job",instance="always-${NONCE:8:6}:9100"}|$(pattern 30 '1 1 1')
@60m|$alert,job="$job",instance="seldom-${NONCE:8:6}:9100"|1
@61m|$alert,job="$job",instance="seldom-${NONCE:8:6}:9100"|1
@62m|$alert,job="$job",instance="seldom-${NONCE:8:6}:9100"|1
@60m|$alert|1
@62m|$alert|1
DATA
scenario 'fires for who is gone, until it is back' << DATA
up{job="$job",instance="gone-${NONCE:8:6}"}|$(pattern 30 1) $(pattern 40 0) $(pattern 40 1)
up{job="$job",instance="there-${NONCE:8:6}"}|$(pattern 110 1)
@$((30 + {{window}} / 2 - 2))m|$alert|0
@$((30 + {{window}} / 2 + 4))m|$alert,job="$job",instance="gone-${NONCE:8:6}"|1
@68m|$alert|1
@$((70 + {{window}} + 1))m|$alert|0
DATA
scenario 'leaves alone who misses some scrapes' << DATA
up{job="$job",instance="a-${NONCE:8:6}"}|$(pattern 30 1) 0 0 0 $(pattern 60 1)
up{job="$job",instance="b-${NONCE:8:6}"}|$(pattern 45 '1 1 0')
@33m|$alert|0
@34m|$alert|0
@36m|$alert|0
@60m|$alert|0
DATA
