. /task/lib.sh
expected='the report and 200 after 7 seconds; 504 between 2 and 5 seconds for another page; 200 for a quick one'
nonce=$(captured nonce)
found=$(captured run.stdout | tr -s ' \n' ' ')
read -r after rest <<< "${found#other 504 after }"
[ "$rest" = "quick 200 /reports/$nonce $nonce report 200" ] || fail "$expected" "${found:-no answer}"
case $after in [234].*) ;; *) fail "$expected" "$found" ;; esac
pass "$found"
