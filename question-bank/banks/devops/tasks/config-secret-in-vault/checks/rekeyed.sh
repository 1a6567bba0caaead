. /task/lib.sh
expected='all vaults open with the new password and none with the leaked one, which is gone'
password=$(lab_file /etc/{{project}}/vault-password 4096) ||
  fail "$expected" 'there is no /etc/{{project}}/vault-password'
repository=$(lab_path /srv/{{project}}) || fail "$expected" 'there is no /srv/{{project}}'
case $password in "$repository"/*) fail "$expected" 'the password file is in the repository' ;; esac
found=$(find "$repository" -type f -size -4096k -print0 | xargs -0 -r grep -lF '{{leaked}}' -- | head -n 3)
[ -z "$found" ] || fail "$expected" "the leaked password is in: ${found//$repository\//}"
# The library of this room opens what it finds, in files and in single values, as data.
found=$(cd /tmp && python3 -I - "$repository" "$password" 2>&1 3>&- <<'PYTHON'
import os, re, stat, sys
from ansible.parsing.vault import VaultLib, VaultSecret

def vault(secret):
    return VaultLib([("default", VaultSecret(secret))])

new = vault(open(sys.argv[2], "rb").read().strip())
leaked = vault(b"{{leaked}}")
blob = re.compile(rb"\$ANSIBLE_VAULT;[0-9.]+;AES256[^\r\n]*\r?\n(?:[ \t]*[0-9a-f]+[ \t]*(?:\r?\n|$))+")
texts, old = [], 0
def opened(lib, data):
    try:
        return lib.decrypt(data)
    except Exception:
        return None
for at, _, names in os.walk(sys.argv[1]):
    for name in names:
        path = os.path.join(at, name)
        facts = os.lstat(path)
        if not stat.S_ISREG(facts.st_mode) or facts.st_size > 1 << 20:
            continue
        for match in list(blob.finditer(open(path, "rb").read()))[:20]:
            data = b"\n".join(line.strip() for line in match[0].splitlines()) + b"\n"
            old += opened(leaked, data) is not None
            texts.append(opened(new, data))
if not texts:
    print("there is no vault")
elif old:
    print("the leaked password opens", old)
elif None in texts:
    print("the new password does not open", texts.count(None))
elif not any(b"{{mail}}" in text for text in texts):
    print("mail_password is in no vault")
else:
    print("good")
PYTHON
)
[ "$found" = good ] || fail "$expected" "$found"
pass 'only the new password opens the vaults'
