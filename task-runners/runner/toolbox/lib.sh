# Toolbox of the judges, sourced as /task/lib.sh in the clean room.
#
# A judge looks at /lab (the candidate's frozen file system), /after (the copy after its `run`
# script) and /capture (what run and probe wrote), and ends with exactly one verdict.
# Everything in those places was made by the candidate: read it as data, never execute or source it.

set -u
export LC_ALL=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
# Replace refs would let a candidate show another object under an original commit's name.
export GIT_NO_REPLACE_OBJECTS=1 GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_OPTIONAL_LOCKS=0
# Python would take modules from where it is started, which may be a directory of the candidate's.
export PYTHONSAFEPATH=1 PYTHONNOUSERSITE=1

# The verdict's descriptor stays with the judge: tools that parse candidate data do not get it.
git() { command git "$@" 3>&-; }

# Prints TEXT as a JSON string: at most 1000 characters, control characters become spaces.
json_string() {
  local text=${1:0:1000}
  text=${text//[[:cntrl:]]/ }
  text=${text//\\/\\\\}
  text=${text//\"/\\\"}
  printf '"%s"' "$text"
}

# carry NAME TEXT: hands a text to the judges of checks that follow this one, which find it as
# `captured carried.NAME`. With it a mistake is counted once: a check that follows goes on with what
# the candidate chose. Call it before the verdict.
carried=''
carry() { carried=${carried:+$carried,}\"$1\":$(json_string "$2"); }

# pass FOUND: the check is met. Ends the judge.
pass() {
  printf '{"outcome":"pass","found":%s,"carried":{%s}}\n' "$(json_string "${1-}")" "$carried" >&3
  exit 0
}

# fail EXPECTED FOUND: the check is not met. Ends the judge.
fail() {
  printf '{"outcome":"fail","expected":%s,"found":%s,"carried":{%s}}\n' \
    "$(json_string "${1-}")" "$(json_string "${2-}")" "$carried" >&3
  exit 0
}

# resolve_in ROOT PATH: prints where PATH leads when ROOT is the root directory, following symlinks
# the way the candidate's machine would, but never out of ROOT. Fails when it does not exist.
resolve_in() {
  local root=$1 rest=$2 at='' part link budget=40
  while [ -n "$rest" ]; do
    part=${rest%%/*}
    if [ "$part" = "$rest" ]; then rest=''; else rest=${rest#*/}; fi
    case $part in
      '' | .) continue ;;
      ..) at=${at%/*}; continue ;;
    esac
    if [ -L "$root$at/$part" ]; then
      budget=$((budget - 1))
      [ "$budget" -gt 0 ] || return 1
      link=$(readlink -- "$root$at/$part") || return 1
      case $link in /*) at='' ;; esac
      rest=$link/$rest
      continue
    fi
    [ -e "$root$at/$part" ] || return 1
    [ -z "$rest" ] || [ -d "$root$at/$part" ] || return 1
    at=$at/$part
  done
  # Its end would be lost when it is captured, and lead to another file, perhaps to a link.
  case $at in *$'\n') return 1 ;; esac
  printf '%s\n' "$root$at"
}

# lab_path PATH / after_path PATH: the place of PATH below /lab or /after.
lab_path() { resolve_in /lab "$1"; }
after_path() { resolve_in /after "$1"; }

# regular_file PATH [MAX_BYTES]: PATH itself when it is a regular file of bearable size. A FIFO, a
# device or a file without end must not hold up a judge.
regular_file() {
  [ -f "$1" ] && [ ! -L "$1" ] || return 1
  [ "$(stat -c %s -- "$1")" -le "${2:-1048576}" ] || return 1
  printf '%s\n' "$1"
}

# lab_file PATH [MAX_BYTES] / after_file PATH [MAX_BYTES]: the same for regular files only.
lab_file() {
  local place
  place=$(lab_path "$1") && regular_file "$place" "${2:-1048576}"
}
after_file() {
  local place
  place=$(after_path "$1") && regular_file "$place" "${2:-1048576}"
}

# captured NAME: content of /capture/NAME (run.stdout, run.exit, probe.status, ..); empty when absent.
captured() {
  if [ -f "/capture/$1" ]; then cat -- "/capture/$1"; fi
}

# git_facts DIR [ROOT]: a fresh bare repository with the objects, refs, HEAD, logs and index of the
# repository at DIR; prints its path. Configuration, hooks, attributes, alternates and grafts stay
# behind: git executes or believes them.
git_facts() {
  local root=${2:-/lab} source facts name
  source=$(resolve_in "$root" "$1/.git") || source=$(resolve_in "$root" "$1") || return 1
  [ -d "$source/objects" ] && [ ! -L "$source/objects" ] || return 1
  facts=$(mktemp -d /tmp/facts.XXXXXX) || return 1
  git init --quiet --bare --template= "$facts" || return 1
  for name in objects refs logs; do
    [ -d "$source/$name" ] && [ ! -L "$source/$name" ] || continue
    # Directories and regular files only, so that no link or FIFO is opened.
    (cd "$source/$name" && find . -type d -print0) | (cd "$facts" && mkdir -p "$name" && cd "$name" && xargs -0 mkdir -p)
    (cd "$source/$name" && find . -type f -size -65536k -print0) |
      (cd "$source/$name" && xargs -0 -r cp --parents -t "$facts/$name" --) || return 1
  done
  # Alternates, and graphs that may tell of other parents than the commits do.
  rm -rf "$facts/objects/info"
  rm -rf "$facts/refs/replace"
  for name in packed-refs HEAD shallow index MERGE_HEAD; do
    if [ -f "$source/$name" ] && [ ! -L "$source/$name" ]; then
      cp -- "$source/$name" "$facts/$name" || return 1
    fi
  done
  printf '%s\n' "$facts"
}
