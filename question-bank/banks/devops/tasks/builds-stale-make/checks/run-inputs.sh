#!/bin/bash
# Each of the common inputs changes after a complete build.
cd /srv/{{project}} || exit 1
rm -rf '{{output}}'
make > /dev/null 2>&1 || { echo 'make failed'; exit 1; }
report() { sleep 0.05; make > /dev/null 2>&1; echo "$1 $(grep -l -- "$2" '{{output}}'/*.html | grep -vc index.html)"; sleep 0.05; }
sed -i "s|</html>|<footer>template-$NONCE</footer></html>|" template.html
report template "template-$NONCE"
sed -i "s|^title.*|title = settings-$NONCE|" settings.conf
report settings "settings-$NONCE"
sed -i "s|<p>%s</p>|<p>render-$NONCE %s</p>|" bin/render
report render "render-$NONCE"
