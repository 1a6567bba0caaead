#!/bin/bash
# The same run twice with values of this grading; tells what the second one changed.
cd /srv/{{project}} || exit 1
export ANSIBLE_NOCOLOR=1 ANSIBLE_STDOUT_CALLBACK=ansible.builtin.default
n=$((16#${NONCE:0:3} + 10000))
printf '%s\n' "app_port: $n" 'app_workers: 7' "app_version: 4.$n.0" "max_open_files: $n" \
  "allowed_addresses: [10.1.0.1, 10.2.$((n % 200)).3]" > /tmp/values.yml
recap() { sed -n 's/^node-1 .*\(changed=[0-9]*\).*\(failed=[0-9]*\).*/\1 \2/p' | tail -n 1; }
files() { find /opt/{{app}} -type f -printf '%P %i %C@\n' | sort; }
ansible-playbook site.yml -e @/tmp/values.yml > /dev/null 2>&1
files > /tmp/before
ansible-playbook site.yml -e @/tmp/values.yml 2> /dev/null | recap
files > /tmp/after
echo "written again: $(diff /tmp/before /tmp/after | sed -n 's/^[<>] \([^ ]*\).*/\1/p' | sort -u | tr '\n' ' ')"
