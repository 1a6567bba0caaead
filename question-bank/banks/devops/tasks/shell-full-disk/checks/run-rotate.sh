#!/bin/bash
# The service runs, its log grows beyond the bound five times, and logrotate is called each time.
log=/var/log/{{app}}/{{app}}.log
/opt/{{app}}/bin/ctl start > /dev/null 2>&1
for round in 1 2 3 4 5; do
  echo "marker $NONCE-$round" >> "$log"
  yes 'INFO filler of the rotation check' | head -c 6000000 >> "$log"
  logrotate --state /tmp/rotate-state /etc/logrotate.conf
  sleep 0.2
  curl --silent --max-time 5 "http://127.0.0.1:{{port}}/batch?nonce=$NONCE-$round" > /dev/null
done
echo finished
