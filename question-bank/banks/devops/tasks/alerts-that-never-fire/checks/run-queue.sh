#!/bin/bash
# Queues of this grading, with workers that work, that stand still, and that are gone.
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
q=q-${NONCE:0:8} n=$((16#${NONCE:8:4} + 7)) alert='alertname="QueueStuck",severity="page"'
scenario 'fires when no worker finishes anything' << DATA
queue_waiting{job="broker",instance="broker:9419",queue="$q"}|0+0x20 $n+0x90
queue_processed_total{job="worker",instance="w1",queue="$q"}|$((n * 3))+0x110
queue_processed_total{job="worker",instance="w2",queue="$q"}|$n+0x110
@22m|$alert|0
@29m|$alert,queue="$q"|1
@29m|$alert|1
DATA
scenario 'fires when the workers are gone' << DATA
queue_waiting{job="broker",instance="broker:9419",queue="$q-gone"}|$n+0x110
queue_waiting{job="broker",instance="broker:9419",queue="$q-never"}|$n+0x110
queue_processed_total{job="worker",instance="w1",queue="$q-gone"}|0+5x30 stale
@25m|$alert,queue="$q-never"|1
@25m|$alert|1
@52m|$alert,queue="$q-gone"|1
@52m|$alert|2
DATA
scenario 'leaves alone a queue that moves or is empty' << DATA
queue_waiting{job="broker",instance="broker:9419",queue="$q-slow"}|$n+0x110
queue_processed_total{job="worker",instance="w1",queue="$q-slow"}|$n+0x110
queue_processed_total{job="worker",instance="w2",queue="$q-slow"}|$(printf '%s+0x3 ' {0..27})
queue_waiting{job="broker",instance="broker:9419",queue="$q-empty"}|0+0x110
queue_processed_total{job="worker",instance="w1",queue="$q-empty"}|$n+0x110
queue_waiting{job="broker",instance="broker:9419",queue="$q-restart"}|$n+0x110
queue_processed_total{job="worker",instance="w1",queue="$q-restart"}|50000+3x50 0+1x59
@40m|$alert|0
@55m|$alert|0
@61m|$alert|0
@90m|$alert|0
DATA
scenario 'ends when the workers are back' << DATA
queue_waiting{job="broker",instance="broker:9419",queue="$q"}|$n+0x110
queue_processed_total{job="worker",instance="w1",queue="$q"}|$n+0x40 $n+2x60
@40m|$alert,queue="$q"|1
@45m|$alert|0
DATA
