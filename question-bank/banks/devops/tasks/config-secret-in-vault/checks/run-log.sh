#!/bin/bash
# A run that goes well and one whose last step fails, with secrets of this grading.
cd /srv/{{project}} || exit 1
export ANSIBLE_NOCOLOR=1 ANSIBLE_STDOUT_CALLBACK=ansible.builtin.default ANSIBLE_DISPLAY_OK_HOSTS=1
unset -v ANSIBLE_LOG_PATH
printf '%s\n' "db_password: db-$NONCE" "mail_password: mail-$NONCE" "api_token: api-$NONCE" > /tmp/values.yml
rm -rf /opt/{{app}}/etc/*
ansible-playbook site.yml -vvv --diff -e @/tmp/values.yml > /tmp/well.log 2>&1 < /dev/null
echo "well: $?"
printf '#!/bin/bash\ncat > /dev/null\nexit 7\n' > /opt/{{app}}/bin/register
sed -i 's/db-/db-second-/' /tmp/values.yml
ansible-playbook site.yml -vvv --diff -e @/tmp/values.yml > /tmp/failed.log 2>&1 < /dev/null
echo "failed: $?"
