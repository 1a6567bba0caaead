# Functions of declared checks, sourced as /task/declared.sh after /task/lib.sh. The scripts that
# call them are made from task.toml by question-bank (src/check_kind/script.rs):
#
#   expect EXPECTED SECONDS     what the candidate is told was wanted, and the time for all tools
#   file_at | content_at | ..   what the check is about, then one call for each fact
#   decide                      all facts hold
#
# The first fact that does not hold ends the judge with `fail`. Whatever a candidate can bring about
# is a `fail` as well, never an end without a verdict.

expected='' seconds=15 noted=''
nonce=$(captured nonce)

expect() { expected=$1 seconds=$2; }
refuse() { fail "$expected" "$1"; }
note() { noted=${noted:+$noted; }${1:0:300}; }
decide() { pass "${noted:-as expected}"; }

# bounded COMMAND..: a tool that reads candidate data, without the verdict's descriptor, for as long
# as the check has time left.
bounded() {
  local left=$((seconds - SECONDS))
  [ "$left" -gt 0 ] || left=1
  timeout -k 1 "$left" "$@" 3>&-
}

# start_of FILE: its beginning as one line that a person can read.
start_of() { head -c 300 -- "$1" | tr '\0\n' '  '; }

kind_of() {
  if [ -L "$1" ]; then echo 'a link'
  elif [ -f "$1" ]; then echo 'a file'
  elif [ -d "$1" ]; then echo 'a directory'
  elif [ -p "$1" ]; then echo 'a FIFO'
  elif [ -S "$1" ]; then echo 'a socket'
  elif [ -e "$1" ]; then echo 'a device'
  else echo nothing; fi
}

# entry_in ROOT PATH: the place of PATH itself; its last part is not followed if it is a link.
entry_in() {
  local directory
  directory=$(resolve_in "$1" "${2%/*}") && [ -d "$directory" ] || return 1
  printf '%s\n' "$directory/${2##*/}"
}

# open_file ROOT PATH MAX_BYTES: sets `file`.
open_file() {
  local place
  place=$(resolve_in "$1" "$2") || refuse "$2: $(missing "$1" "$2")"
  [ -f "$place" ] && [ ! -L "$place" ] || refuse "$2 is $(kind_of "$place")"
  file=$(regular_file "$place" "$3") || refuse "$2 has $(stat -c %s -- "$place") bytes, at most $3 are read"
}

missing() {
  local place
  if place=$(entry_in "$1" "$2") && [ -L "$place" ]; then
    echo 'a link that leads nowhere'
  else
    echo 'it does not exist'
  fi
}

# Files.

# file_at ROOT PATH TYPE: sets `place`. TYPE is file, directory, link, absent or any.
file_at() {
  root=$1 path=$2 type=$3
  case $type in
    link | absent)
      if ! place=$(entry_in "$root" "$path") || { [ ! -e "$place" ] && [ ! -L "$place" ]; }; then
        [ "$type" = absent ] || refuse "$path: it does not exist"
        note "$path does not exist"
        return
      fi
      ;;
    *) place=$(resolve_in "$root" "$path") || refuse "$path: $(missing "$root" "$path")" ;;
  esac
  found="$path: $(file_found)"
  case $type in
    absent) refuse "$found" ;;
    link) [ -L "$place" ] || refuse "$found" ;;
    *) [ ! -L "$place" ] || refuse "$found" ;;
  esac
  case $type in
    file) [ -f "$place" ] || refuse "$found" ;;
    directory) [ -d "$place" ] || refuse "$found" ;;
  esac
  note "$found"
}

file_stat() { stat -c "$1" -- "$place" 3>&-; }

file_found() {
  printf '%s, mode %s, owner %s, group %s, %s bytes' "$(kind_of "$place")" "$(file_stat %a)" \
    "$(account_name passwd "$(file_stat %u)")" "$(account_name group "$(file_stat %g)")" "$(file_stat %s)"
}

# accounts passwd|group: the machine's own list.
accounts() {
  local list
  list=$(resolve_in "$root" "/etc/$1") && list=$(regular_file "$list") && cat -- "$list" 3>&-
}

# account_id passwd|group NAME: its number. Number 0 is root, whatever a candidate calls it.
account_id() {
  case $2 in
    root) echo 0 ;;
    *[!0-9]*) accounts "$1" | NAME=$2 awk -F: '$1 "" == ENVIRON["NAME"] && $3 ~ /^[0-9]+$/ { print $3; found = 1; exit } END { exit !found }' 3>&- ;;
    *) echo "$2" ;;
  esac
}

account_name() {
  local name=''
  if [ "$2" = 0 ]; then name=root; else
    name=$(accounts "$1" | ID=$2 awk -F: '$3 "" == ENVIRON["ID"] { print $1; exit }' 3>&-)
  fi
  printf '%s' "${name:+${name:0:40} }($2)"
}

file_owner() {
  local id
  id=$(account_id passwd "$1") || refuse "$found; there is no user $1"
  [ "$(file_stat %u)" = "$id" ] || refuse "$found; user $1 is ($id)"
}

file_group() {
  local id
  id=$(account_id group "$1") || refuse "$found; there is no group $1"
  [ "$(file_stat %g)" = "$id" ] || refuse "$found; group $1 is ($id)"
}

file_mode() { [ $((8#$(file_stat %a))) = $((8#$1)) ] || refuse "$found"; }
file_mode_at_most() { [ $((8#$(file_stat %a) & ~8#$1)) = 0 ] || refuse "$found"; }
file_size_at_least() { [ "$(file_stat %s)" -ge "$1" ] || refuse "$found"; }
file_size_at_most() { [ "$(file_stat %s)" -le "$1" ] || refuse "$found"; }

file_sha256() {
  local sum
  open_file "$root" "$path" 67108864
  sum=$(bounded sha256sum < "$file") || refuse "$found; it cannot be read"
  [ "${sum%% *}" = "$1" ] || refuse "$found; its SHA-256 is ${sum%% *}"
}

# file_target PATH: the link leads to the same place as PATH.
file_target() {
  local here there
  here=$(resolve_in "$root" "$path") || refuse "$path: a link that leads nowhere"
  there=$(resolve_in "$root" "$1") || refuse "$path leads to ${here#"$root"}; $1 does not exist"
  [ "$here" = "$there" ] || refuse "$path leads to ${here#"$root"}"
}

# Texts: a file of the candidate, or what was captured.

# text_of FILE WHAT [KEPT_BYTES]: sets what the next facts are about. Of what was captured, no more
# than KEPT_BYTES were kept.
text_of() { text=$1 what=$2 kept=${3-}; }

content_at() {
  open_file "$1" "$2" "$3"
  text_of "$file" "$2"
  note "$2 has $(stat -c %s -- "$file") bytes"
}

capture_of() {
  text_of "/capture/$1" "$2" 65536
  if [ ! -f "$text" ]; then text=/dev/null; fi
}

text_whole() {
  if [ -n "$kept" ] && [ "$(stat -c %s -- "$text")" -ge "$kept" ]; then
    refuse "$what is longer than the $kept bytes that are kept"
  fi
}

with_nonce() { printf '%s' "${1//\$nonce/"$nonce"}"; }

# find_line PATTERN: whether a line matches; more than 1 when that cannot be told.
find_line() { bounded grep -a -q -E -e "$1" < "$text" 2> /dev/null; }

text_equals() {
  local wanted have
  text_whole
  wanted=$(with_nonce "$1")
  have=$(tr '\0' '\1' < "$text")
  [ "$have" = "$wanted" ] || refuse "$what is: $(start_of "$text")"
  note "$what is: $(start_of "$text")"
}

text_matches() {
  local last pattern
  pattern=$(with_nonce "$1")
  if find_line "$pattern"; then
    note "$what has: $(bounded grep -a -m 1 -E -e "$pattern" < "$text" 2> /dev/null | head -c 300)"
    return
  fi
  last=$(tail -n 1 -- "$text" | head -c 300 | tr '\0' ' ')
  refuse "no line of $what matches $1; it ${last:+ends with: }${last:-has no line at its end}"
}

# text_lacks PATTERN: no line matches. What is not wholly there or is no text could hide one.
text_lacks() {
  local line pattern
  text_whole
  pattern=$(with_nonce "$1")
  bounded iconv -f UTF-8 -t UTF-8 < "$text" > /dev/null 2>&1 || refuse "$what is not UTF-8 text"
  [ "$(tr -dc '\0' < "$text" | head -c 1 | wc -c)" = 0 ] || refuse "$what is not text: it has NUL bytes"
  find_line "$pattern"
  case $? in
    1) note "no line of $what matches $1" ;;
    0)
      line=$(bounded grep -a -n -m 1 -E -e "$pattern" < "$text" 2> /dev/null | head -c 300)
      refuse "$what, line $line"
      ;;
    *) refuse "$what cannot be searched in the time that there is" ;;
  esac
}

# Structured data.

# value_at ROOT PATH FORMAT LABEL LEAST MOST STEP..: sets value_type, value_length, value_bounds, value_text.
value_at() {
  local answer
  open_file "$1" "$2" 1048576
  path=$2 label=$4
  answer=$(
    ulimit -t 5 -v 500000
    bounded python3 -I -S /task/value.py "$3" "${@:5}" < "$file" 2> /dev/null
  )
  value_text=''
  { read -r value_type; read -r value_length; read -r value_bounds; IFS= read -r -d '' value_text; } <<< "$answer"
  value_text=${value_text%$'\n'}
  case $value_type in
    string | number | boolean | list | map | null | other) found="$label is ${value_text:0:300} ($value_type)" ;;
    absent) found="$path has no $label" ;;
    broken) refuse "$path cannot be read as $3: ${value_text:0:300}" ;;
    *) refuse "$path cannot be read as $3 within the bounds of time and memory" ;;
  esac
}

value_absent() {
  [ "$value_type" = absent ] || refuse "$found"
  note "$found"
}

value_present() {
  [ "$value_type" != absent ] || refuse "$found"
  note "$found"
}

value_type() { [ "$value_type" = "$1" ] || refuse "$found"; }
value_equals() { [ "$value_text" = "$(with_nonce "$1")" ] || refuse "$found"; }
value_length() { [ "$value_length" = "$1" ] || refuse "$found; its length is $value_length"; }
value_bounds() { [ "$value_bounds" = within ] || refuse "$found"; }

value_matches() {
  case $value_text in *$'\n'*) refuse "$found: it has more than one line" ;; esac
  bounded grep -a -q -E -e "$(with_nonce "$1")" <<< "$value_text" 2> /dev/null || refuse "$found"
}

# Git.

git_ask() { bounded git -c core.commitGraph=false "$@" 2> /dev/null; }

# git_commit NAME: the commit that a branch, a tag, HEAD or a full object name stands for.
git_commit() {
  local name
  for name in "refs/heads/$1" "refs/tags/$1"; do
    git_ask rev-parse --verify --quiet --end-of-options "$name^{commit}" && return
  done
  case $1 in
    HEAD | refs/*) ;;
    *[!0-9a-f]*) return 1 ;;
    *) [ "${#1}" = 40 ] || return 1 ;;
  esac
  git_ask rev-parse --verify --quiet --end-of-options "$1^{commit}"
}

# git_at ROOT PATH BRANCH: sets `commit`.
git_at() {
  local facts
  facts=$(git_facts "$2" "$1" 2> /dev/null) || refuse "$2 is no Git repository that can be read"
  cd "$facts" || refuse "$2 is no Git repository that can be read"
  branch=$3
  commit=$(git_commit "$3") || refuse "$2 has no branch $3 with a commit"
  subject=$(git_ask log -1 --format=%s "$commit" | head -c 300) || refuse "$3 of $2 cannot be read"
  note "$3 is at ${commit:0:12} $subject"
}

git_subject_matches() {
  bounded grep -a -q -E -e "$(with_nonce "$1")" <<< "$subject" 2> /dev/null || refuse "$branch is at: $subject"
}

# git_file PATH: the file at the head of the branch; text facts may follow.
git_file() {
  local size
  [ "$(git_ask cat-file -t "$commit:$1")" = blob ] || refuse "$branch has no file $1"
  size=$(git_ask cat-file -s "$commit:$1") && [ "$size" -le 1048576 ] || refuse "$1 on $branch has ${size:-unreadable} bytes, at most 1048576 are read"
  git_ask cat-file blob "$commit:$1" > /tmp/blob || refuse "$1 on $branch cannot be read"
  text_of /tmp/blob "$1 on $branch"
  note "$branch has $1"
}

git_ancestor() {
  local older newer
  older=$(git_commit "$1") || refuse "there is no commit $1"
  newer=$(git_commit "$2") || refuse "there is no commit $2"
  git_ask merge-base --is-ancestor "$older" "$newer" || refuse "$1 (${older:0:12}) is not in the history of $2 (${newer:0:12})"
}

git_commits_at_least() {
  local count
  count=$(git_ask rev-list --count "$commit") || refuse "the history of $branch cannot be read"
  [ "$count" -ge "$1" ] || refuse "commits of $branch: $count"
  note "commits: $count"
}

# git_history_lacks PATTERN: in no file of any commit that a branch or tag reaches.
git_history_lacks() {
  local object count
  count=$(git_ask rev-list --all --objects | wc -l)
  [ "$count" -gt 0 ] && [ "$count" -le 20000 ] || refuse "the history has $count objects, 1 to 20000 are read"
  while read -r object _; do
    [ "$(git_ask cat-file -t "$object")" = blob ] || continue
    if git_ask cat-file blob "$object" | head -c 1048576 | bounded grep -a -q -E -e "$(with_nonce "$1")"; then
      refuse "a file of the history has what must not be there (object ${object:0:12})"
    fi
  done < <(git_ask rev-list --all --objects)
  note "$count objects of the history looked at"
}

# What probes and scripts gave.

http_status() {
  local status
  status=$(captured probe.status)
  case $status in
    [0-9][0-9][0-9]) ;;
    *) refuse "no answer: ${status:-nothing}" ;;
  esac
  [ -z "$1" ] || [ "$status" = "$1" ] || refuse "status $status"
  note "status $status"
}

# http_header NAME: its values, one a line; text facts follow.
http_header() {
  local line name
  while IFS= read -r line; do
    name=${line%%:*}
    if [ "${name,,}" = "$1" ] && [ "$name" != "$line" ]; then
      line=${line#*:}
      printf '%s\n' "${line#"${line%%[! ]*}"}"
    fi
  done < <(captured probe.headers | sed 1d | tr -d '\r') > /tmp/header
  text_of /tmp/header "header $1"
}

port_is() {
  local status
  status=$(captured probe.status)
  case $1:$status in
    open:open | closed:closed | closed:timeout) note "the port is ${status:-unknown}" ;;
    *) refuse "the port is ${status:-unknown}" ;;
  esac
}

output_exit() {
  local status
  status=$(captured run.exit)
  case $1:$status in
    nonzero:0 | nonzero:*[!0-9]* | nonzero:) refuse "exit status ${status:-unknown}; stderr: $(captured run.stderr | tail -n 2)" ;;
    nonzero:*) ;;
    *) [ "$status" = "$1" ] || refuse "exit status ${status:-unknown}; stderr: $(captured run.stderr | tail -n 2)" ;;
  esac
  note "exit status $status"
}

# undamaged PATTERN..: what changed since the lab was ready is at one of these places, or where every
# session leaves something; nowhere is anything new for everybody to write, or set-uid.
undamaged() {
  local kind mode path pattern is_ours count=0
  while read -r kind mode path; do
    case $path in
      /tmp/* | /var/tmp/* | /dev/shm/* | /run/* | /var/run/* | /proc/* | /sys/* | /dev/*) continue ;;
    esac
    if [ "$kind" != gone ] && [ "$kind" != link ]; then
      [ $((8#$mode & 8#6000)) -eq 0 ] || [ "$kind" = directory ] || refuse "$path is set-uid (mode $mode)"
      if [ $((8#$mode & 2)) -ne 0 ] && [ $((8#$mode & 8#1000)) -eq 0 ]; then
        refuse "$path can be written by everybody (mode $mode)"
      fi
    fi
    case $path in
      /var/log/* | /var/cache/* | /var/lib/nginx/* | /root/* | /etc/ld.so.cache | /etc/mtab) continue ;;
    esac
    is_ours=no
    for pattern in "$@"; do
      # shellcheck disable=SC2053 # it is a pattern
      [[ $path == $pattern ]] && is_ours=yes
    done
    [ "$is_ours" = yes ] || refuse "$path was changed ($kind)"
    count=$((count + 1))
  done < <(captured changes)
  note "$count changes, all where they belong"
}
