. /task/lib.sh
for n in 1 2 3; do
  name=/var/lib/{{app}}/records/2024-0$n.csv
  wanted=$(printf 'station,value\n%s-{{record}},%s' "$n" $((n * 7)))
  file=$(lab_file "$name") && [ "$(cat -- "$file")" = "$wanted" ] || fail 'all three records unchanged' "missing or changed: $name"
done
pass 'three records'
