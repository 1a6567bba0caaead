#!/bin/bash
# clean, then a parallel build with more pages than jobs.
cd /srv/{{project}} || exit 1
make > /dev/null 2>&1
make clean > /dev/null 2>&1; echo "clean $?"
if [ -e '{{output}}' ]; then echo left; else echo gone; fi
for n in {1..20}; do echo "Page $n $NONCE." > "pages/many-$n.txt"; done
make -j8 > /dev/null 2>&1; echo "parallel $?"
