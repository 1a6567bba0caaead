#!/bin/bash
# Two members and a stranger at work, each with umask 022; prints what each could do.
as() { local who=$1; shift; setpriv --reuid "$who" --regid "$who" --init-groups --reset-env /bin/sh -c "umask 022; $*" > /dev/null 2>&1; echo "$?"; }
cd /srv/{{share}} || exit 1
as ann "mkdir 'week $NONCE' && echo one > 'week $NONCE/plan' && echo one > 'plan $NONCE'"
as bob "echo two >> 'week $NONCE/plan' && echo two >> 'plan $NONCE' && echo two > 'week $NONCE/bob'"
as ann "echo three >> 'week $NONCE/bob'"
as bob 'echo two >> notes/monday.txt && echo two > notes/friday.txt'
as carl "ls /srv/{{share}} || cat '/srv/{{share}}/plan $NONCE'"
