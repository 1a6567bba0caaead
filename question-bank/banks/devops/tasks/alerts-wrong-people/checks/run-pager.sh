#!/bin/bash
# Critical alerts of all kinds, and others that do not reach the pager.
rm -rf /etc/amtool
export HOME=/nonexistent
# to LABEL=VALUE..: whom such an alert reaches.
to() {
  timeout 10 amtool config routes test --config.file=/etc/prometheus/alertmanager.yml "$@" 2> /dev/null |
    head -n 1 | tr ',' '\n' | sort | tr '\n' ' '
  echo
}
n=${NONCE:0:8} c=cluster=c-${NONCE:8:8}
to alertname=A severity=critical environment=live "$c" "service={{prefix}}-$n"
to alertname=B severity=critical environment=live "$c" "service={{front}}-$n"
to alertname=C severity=critical environment=live "$c" "service=other-$n"
to alertname={{down}} severity=critical environment=live "$c"
to alertname=D severity=critical environment=staging "$c" "service={{front}}-$n"
to alertname=E severity=warning environment=live "$c" "service=other-$n"
