#!/bin/bash
# Runs that fail after a change of a file. The programs here tell of each call.
cd /opt/{{service}} || exit 1
cat > bin/ctl <<'SCRIPT'
#!/bin/bash
case $1 in
  check) ! grep -Eqv '^((port|workers) = [0-9]+|route /[a-z0-9/]* [a-z0-9.]+:[0-9]+)$' -- "$2" ;;
  reload)
    echo reload >> /tmp/events
    cat /opt/{{service}}/etc/main.conf /opt/{{service}}/etc/routes.conf > /opt/{{service}}/run/active
    ;;
  *) exit 2 ;;
esac
SCRIPT
cat > bin/announce <<'SCRIPT'
#!/bin/bash
echo announce >> /tmp/events
[ ! -e /tmp/announce-fails ]
SCRIPT
chmod +x bin/*
cd /srv/{{project}} || exit 1
n=$((16#${NONCE:0:3} + 10000))
# play PORT ROUTE: a run with these values; keeps the exit status.
play() {
  : > /tmp/events
  ansible-playbook site.yml -e "service_port=$1" \
    -e '{"service_routes": [{"path": "/new", "target": "'"$2"'"} ] }' > /dev/null 2>&1
  status=$?
}
# attempt NAME PORT ROUTE: a run that fails; whether it changed files, and whether the service has loaded what is there.
attempt() {
  local end=error changed=changed effect='not loaded' sum
  sum=$(cksum /opt/{{service}}/etc/*.conf)
  play "$2" "$3"
  [ "$status" != 0 ] || end=success
  [ "$(cksum /opt/{{service}}/etc/*.conf)" != "$sum" ] || changed=same
  cat /opt/{{service}}/etc/{main,routes}.conf | cmp -s - /opt/{{service}}/run/active && effect=loaded
  echo "$1: $end, files $changed, $(grep -c reload /tmp/events) reload, $effect"
}
touch /tmp/announce-fails
attempt announce "$n" "10.1.0.1:$n"
rm /tmp/announce-fails
attempt routes "$((n + 1))" broken
attempt main "${n}x" "10.1.0.2:$n"
