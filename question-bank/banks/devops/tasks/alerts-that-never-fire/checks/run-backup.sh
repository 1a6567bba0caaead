#!/bin/bash
# Databases of this grading; the exporter is there for five minutes of every hour.
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
db=db-${NONCE:0:8} alert='alertname="BackupTooOld",severity="ticket"'
series() { echo "backup_last_success_timestamp_seconds{job=\"backup\",instance=\"backup:9345\",database=\"$1\"}"; }
# hourly COUNT SECONDS STEP: the success at SECONDS, and so many hours, each STEP later than the one before.
hourly() {
  local i at=$2
  for ((i = 0; i < $1; i++)); do
    printf '%s+0x4 _x55 ' $at
    at=$((at + $3))
  done
}
due=$(({{hours}} * 60 + 10))
# The last success was ten minutes after the start, or is always that of the same hour.
scenario 'fires when the last success is too old' << DATA
$(series "$db-old")|$(hourly 36 600 0)
$(series "$db-good")|$(hourly 36 0 3600)
@$((due - 5))m|$alert|0
@$((due + 6))m|$alert,database="$db-old"|1
@$((due + 6))m|$alert|1
DATA
scenario 'stays while the exporter sleeps' << DATA
$(series "$db-old")|$(hourly 36 600 0)
$(series "$db-good")|$(hourly 36 0 3600)
$(for ((i = due + 10; i < due + 130; i += 4)); do echo "@${i}m|$alert,database=\"$db-old\"|1"; done)
@$((due + 100))m|$alert|1
DATA
scenario 'ends with the next success' << DATA
$(series "$db-late")|$(hourly $(({{hours}} + 2)) 600 0) $(hourly 6 $((({{hours}} + 2) * 3600 - 600)) 3600)
$(series "$db-good")|$(hourly 36 0 3600)
@$((due + 30))m|$alert,database="$db-late"|1
@$((due + 114))m|$alert|0
@$((due + 160))m|$alert|0
DATA
scenario 'fires when there is no series at all' << DATA
up{job="backup",instance="backup:9345"}|0+0x400
$(series "$db-lost")|$(hourly 2 0 3600)
@200m|$alert|0
@252m|$alert,database=""|1
DATA
