#!/bin/bash
# Orders whose amounts come from this grading's own nonce.
n=$((16#${NONCE:0:4} + 10))
printf '%s\n' "a-1,$n" "a-2,-$n" "a-3,7" "a-4,-1" "a-5,$((n * 2))" > /tmp/orders.csv
cd /srv/{{project}} && exec bin/report < /tmp/orders.csv
