#!/bin/bash
# The whole alert for a job of this grading.
rules=/etc/prometheus/rules/{{product}}.yml
dir=$(mktemp -d)
# Of a prime number of requests, so that no rounding is a matter of taste.
job=j-${NONCE:0:10} bad=$((16#${NONCE:3:3} + 1900)) good=$((7919 - 16#${NONCE:3:3} - 1900))
percent=$(python3 -IS -c "print(format(100 * $bad / 7919, '.4g'))")
cat > "$dir/test.yml" << DATA
rule_files: [$rules]
evaluation_interval: 1m
tests:
- interval: 1m
  input_series:
  - {series: 'http_requests_total{job="$job",instance="1",code="200"}', values: '0+${good}x120'}
  - {series: 'http_requests_total{job="$job",instance="1",code="500"}', values: '0+${bad}x120'}
  alert_rule_test:
  - eval_time: 100m
    alertname: ErrorBudgetBurns
    exp_alerts:
    - exp_labels: {job: $job, severity: page}
      exp_annotations: {summary: '$job: $percent% of the requests failed in the last hour'}
DATA
if timeout 10 promtool test rules "$dir/test.yml" > "$dir/out" 2>&1; then
  echo 'as it should be'
else
  head -c 900 "$dir/out"
fi
