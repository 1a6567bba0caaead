#!/bin/bash
# A run over a file with another mode, with secrets of this grading; bin/register tells of its command line.
cd /srv/{{project}} || exit 1
printf '%s\n' "db_password: db-$NONCE" "mail_password: mail-$NONCE" "api_token: api-$NONCE" > /tmp/values.yml
rm -rf /opt/{{app}}/etc/* /opt/{{app}}/run/*
echo "db_password = former-$NONCE" > /opt/{{app}}/etc/app.conf
chmod 644 /opt/{{app}}/etc/app.conf
cat > /opt/{{app}}/bin/register <<'SCRIPT'
#!/bin/bash
echo "$*" >> /tmp/arguments
case ${1-} in
  --token) token=$2 ;;
  -) read -r token ;;
  *) exit 2 ;;
esac
printf '%s' "$token" | sha256sum | cut -c 1-64 > /opt/{{app}}/run/registered
SCRIPT
chmod +x /opt/{{app}}/bin/register
ansible-playbook site.yml -e @/tmp/values.yml > /dev/null 2>&1 < /dev/null
