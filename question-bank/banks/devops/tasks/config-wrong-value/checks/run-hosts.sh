#!/bin/bash
# New hosts, and other values in every layer.
cd /srv/{{project}} || exit 1
n=$((16#${NONCE:0:3})) id=${NONCE:4:8}
# put FILE NAME VALUE..: sets values in a YAML file and keeps the others.
put() {
  python3 -I - "$@" <<'PYTHON'
import os, sys, yaml
name, pairs = sys.argv[1], sys.argv[2:]
values = (yaml.safe_load(open(name)) if os.path.exists(name) else None) or dict()
values.update(zip(pairs[::2], map(yaml.safe_load, pairs[1::2])))
yaml.safe_dump(values, open(name, "w"), sort_keys=False)
PYTHON
}
cat > inventory/more-hosts <<FILE
[web]
a-$id ansible_connection=local
c-$id ansible_connection=local
[worker]
b-$id ansible_connection=local
[production]
a-$id
[staging]
b-$id
c-$id
FILE
put inventory/host_vars/a-$id.yml app_log_level "own-$id" app_timeout $((n + 1000)) app_workers $((n + 500)) app_cpus 3
put inventory/host_vars/b-$id.yml app_cpus $((n + 11))
put inventory/host_vars/c-$id.yml app_cpus $((n + 23))
put roles/app/defaults/main.yml app_log_level "role-$id" app_timeout $((n + 2000))
put inventory/group_vars/all.yml app_region "region-$id"
put inventory/group_vars/web.yml app_port $((n + 10000))
put inventory/group_vars/worker.yml app_port $((n + 20000))
put inventory/group_vars/staging.yml app_port $((n + 30000))
ansible-playbook site.yml --limit "a-$id,b-$id,c-$id" > /dev/null 2>&1
