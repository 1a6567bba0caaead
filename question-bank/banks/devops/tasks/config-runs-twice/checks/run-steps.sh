#!/bin/bash
# A run that needs every step and one that needs none; the programs here tell how they were called.
n=$((16#${NONCE:0:3} + 10000))
cd /opt/{{app}} || exit 1
cat > bin/init-store <<'SCRIPT'
#!/bin/bash
echo "init $*" >> /tmp/calls
rm -rf -- "$1"
mkdir -p -- "$1"
echo 'format 3' > "$1/format"
SCRIPT
cat > bin/install-app <<'SCRIPT'
#!/bin/bash
echo "install $*" >> /tmp/calls
echo "$1" > /opt/{{app}}/etc/version
SCRIPT
printf '#!/bin/bash\ncat /opt/{{app}}/etc/version\n' > bin/app-version
chmod +x bin/*
rm -rf store
mkdir -p cache
echo "$NONCE" > cache/first
cd /srv/{{project}}
play() { ansible-playbook site.yml -e "app_port=$n app_version=4.$n.0" "$@" > /dev/null 2>&1; }
tell() { sort /tmp/calls | tr "\n" ","; : > /tmp/calls; (cd /opt/{{app}} && ls cache store) | tr "\n" " "; }
: > /tmp/calls
play
echo "needed: $(tell)"
echo "$NONCE" > /opt/{{app}}/store/kept
mkdir -p /opt/{{app}}/cache
echo "$NONCE" > /opt/{{app}}/cache/second
play -e '{"allowed_addresses": ["10.3.3.3"]}'
echo "not needed: $(tell)"
