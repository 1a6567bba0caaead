#!/bin/bash
# A good run, then one with a port that is none. The programs here tell of each call.
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
# tell NAME: what was called in the last run, and the port and the target that the service has loaded.
tell() {
  echo "$1: $(tr '\n' ' ' < /tmp/events)"
  sed -n 's/^port = //p; s/^route .new //p' /opt/{{service}}/run/active
}
play "$n" "10.1.0.1:$n"
cp /opt/{{service}}/etc/main.conf /tmp/good
play "${n}x" "10.1.0.1:$n"
[ "$status" = 0 ] && echo 'no error'
tell broken
cmp -s /tmp/good /opt/{{service}}/etc/main.conf && echo kept
