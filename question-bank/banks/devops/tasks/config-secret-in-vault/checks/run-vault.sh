#!/bin/bash
# A run as it is, then one with another password of the vault, which must not get at the secrets.
cd /srv/{{project}} || exit 1
rm -rf /opt/{{app}}/etc/* /opt/{{app}}/run/*
ansible-playbook site.yml > /dev/null 2>&1 < /dev/null
mkdir /tmp/first-$NONCE
cp /opt/{{app}}/etc/app.conf /opt/{{app}}/run/registered /tmp/first-$NONCE/
rm -rf /opt/{{app}}/etc/* /opt/{{app}}/run/*
echo "another-$NONCE" > /etc/{{project}}/vault-password
ansible-playbook site.yml > /dev/null 2>&1 < /dev/null && echo 'no error'
ls -A /opt/{{app}}/etc /opt/{{app}}/run | grep -E 'app.conf|registered'
echo end
