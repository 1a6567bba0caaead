#!/bin/bash
# One run over files that have other values and lines of other teams.
cd /srv/{{project}} || exit 1
n=$((16#${NONCE:0:3} + 10000))
printf '%s\n' "app_port: $n" "app_workers: $((n % 50))" "max_open_files: $n" \
  "allowed_addresses: [10.9.0.9, 10.1.$((n % 200)).1, 10.0.0.1]" > /tmp/values.yml
printf '10.0.0.1\n10.0.0.2\n' > /opt/{{app}}/etc/allow
printf '%s\n' "# of team $NONCE" 'core_size = 0' 'max_open_files = 512' "max_open_files_soft = ${NONCE:0:3}" \
  '# max_open_files = 99' > /opt/{{app}}/etc/limits.conf
ansible-playbook site.yml -e @/tmp/values.yml > /dev/null 2>&1
