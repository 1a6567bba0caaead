#!/bin/bash
# Debugging off for a host that has it, then on for one that has not.
cd /srv/{{project}} || exit 1
id=${NONCE:4:8} port=$((16#${NONCE:0:3} + 40000))
printf '[web]\nx-%s ansible_connection=local\ny-%s ansible_connection=local\n' "$id" "$id" > inventory/more-hosts
printf 'app_debug: true\n' > "inventory/host_vars/x-$id.yml"
printf 'app_debug: false\n' > "inventory/host_vars/y-$id.yml"
tell() { sed -n 's/^port = /port /p; s/^debug = /debug /p' "{{root}}/$1-$id/app.conf" | tr '\n' ' '; }
ansible-playbook site.yml --limit "x-$id,y-$id" > /dev/null 2>&1
echo "without: $(tell x) $(tell y)"
ansible-playbook site.yml --limit "x-$id" -e app_debug=false -e "app_port=$port" > /dev/null 2>&1
echo "off: $(tell x)"
ansible-playbook site.yml --limit "y-$id" -e app_debug=true -e "app_port=$port" > /dev/null 2>&1
echo "on: $(tell y)"
