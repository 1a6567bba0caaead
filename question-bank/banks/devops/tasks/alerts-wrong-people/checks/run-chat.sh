#!/bin/bash
# Alerts that nobody has to act upon, and one of a staging that is none.
rm -rf /etc/amtool
export HOME=/nonexistent
# to LABEL=VALUE..: whom such an alert reaches.
to() {
  timeout 10 amtool config routes test --config.file=/etc/prometheus/alertmanager.yml "$@" 2> /dev/null |
    head -n 1 | tr ',' '\n' | sort | tr '\n' ' '
  echo
}
n=${NONCE:0:8} c=cluster=c-${NONCE:8:8}
to alertname=A severity=warning environment=staging "$c" "service={{prefix}}-$n"
to alertname=B severity=critical environment=staging "$c" "service={{front}}-$n"
to alertname=C severity=critical environment=staging "$c" "service=other-$n"
to alertname=D severity=info environment=live "$c" "service={{prefix}}-$n"
to alertname=E severity=info environment=live "$c" "service={{front}}-$n"
to alertname=F severity=info environment=staging "$c"
to alertname=G severity=warning environment=staging-$n "$c" "service=other-$n"
