#!/bin/bash
# Services of this grading, and names that only look like theirs.
rm -rf /etc/amtool
export HOME=/nonexistent
# to LABEL=VALUE..: whom such an alert reaches.
to() {
  timeout 10 amtool config routes test --config.file=/etc/prometheus/alertmanager.yml "$@" 2> /dev/null |
    head -n 1 | tr ',' '\n' | sort | tr '\n' ' '
  echo
}
n=${NONCE:0:8} c=cluster=c-${NONCE:8:8}
to alertname=A severity=warning environment=live "$c" "service={{prefix}}-$n"
to alertname=A severity=warning environment=live "$c" "service={{prefix}}-$n-{{front}}-1"
to alertname=B severity=warning environment=live "$c" "service={{front}}-$n" instance=x
to alertname=B severity=warning environment=live "service={{front}}-$n.{{prefix}}-x"
to alertname=C severity=warning environment=live "$c" "service=new-{{prefix}}-$n"
to alertname=C severity=warning environment=live "$c" "service={{front}}$n"
to alertname=C severity=warning environment=live "$c" "service=$n"
to alertname=D severity=warning environment=live "$c"
