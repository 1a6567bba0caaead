#!/bin/bash
# What --check says about new values, and what it changes.
cd /srv/{{project}} || exit 1
export ANSIBLE_NOCOLOR=1 ANSIBLE_STDOUT_CALLBACK=ansible.builtin.default
n=$((16#${NONCE:0:3} + 10000))
printf '%s\n' "app_port: $n" "app_version: 4.$n.0" "allowed_addresses: [10.1.$((n % 200)).1]" > /tmp/values.yml
mkdir -p /opt/{{app}}/cache
echo "$NONCE" > /opt/{{app}}/cache/kept
printf '# Managed by Ansible\nport = 1\nworkers = 2\n' > /opt/{{app}}/etc/app.conf
files() { find /opt/{{app}} -printf '%P %i %C@\n' | sort; }
files > /tmp/before
ansible-playbook site.yml --check --diff -e @/tmp/values.yml > /tmp/said 2> /dev/null
echo "exit $?"
files > /tmp/after
sed -n 's/^\([-+]port = .*\)/\1/p; s/^node-1 .*changed=\([0-9]*\).*failed=\([0-9]*\).*/changed \1 failed \2/p' /tmp/said
echo "written: $(diff /tmp/before /tmp/after | sed -n 's/^[<>] \([^ ]*\).*/\1/p' | sort -u | tr '\n' ' ')"
