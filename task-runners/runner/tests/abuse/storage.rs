//! Disks: what fills up, and what stays behind.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use crate::runner::{Connection, spec};
use crate::{destroy, lab, python};

/// Where a candidate may think that there is room.
const PLACES: &[&str] = &[
    "/tmp",
    "/var/tmp",
    "/run",
    "/srv",
    "/dev/shm",
    "/dev",
    "/dev/mqueue",
];

/// What a directory of the host takes up, in MiB.
fn size_mib(place: &Path) -> u64 {
    let metadata = std::fs::symlink_metadata(place).unwrap();
    let mut blocks = metadata.blocks();
    if metadata.is_dir() {
        for entry in std::fs::read_dir(place).unwrap() {
            blocks += size_mib(&entry.unwrap().path()) * 2048;
        }
    }
    blocks / 2048
}

/// Writes until it is refused; prints how many bytes one file took and how many files there can be.
fn fill(calls: &mut Connection, place: &str) -> (u64, u64) {
    let text = python(
        calls,
        "one",
        &format!(
            "
import errno, os
os.chdir('{place}')
size = count = 0
try:
    with open('big', 'wb', 0) as big:
        while True: size += big.write(bytes(1 << 20))
except OSError as error: refused = error.errno
os.path.exists('big') and os.remove('big')
try:
    # One of those on the same disk is enough for the many files, which take their time.
    while '{place}' not in ('/tmp', '/run', '/srv'):
        open('small-%d' % count, 'x').close(); count += 1
except OSError as error: refused = error.errno if refused == errno.ENOSPC else refused
print(size, count, errno.errorcode[refused])
for name in os.listdir('.'):
    if name.startswith('small-'): os.remove(name)
"
        ),
    );
    let words: Vec<_> = text.split_whitespace().collect();
    if place != "/dev/mqueue" {
        assert_eq!(words[2], "ENOSPC", "{place}: {text}");
    }
    (words[0].parse().unwrap(), words[1].parse().unwrap())
}

#[test]
fn every_place_is_full_at_some_point_for_bytes_and_for_files() {
    let Some((runner, mut calls)) = lab() else {
        return;
    };
    let before = size_mib(runner.dir.path());
    for place in PLACES {
        let (bytes, files) = fill(&mut calls, place);
        assert!(bytes <= 64 << 20, "{place}: {bytes}");
        assert!(files < 20_000, "{place}: {files}");
    }
    // On the host it is the disk and nothing else.
    let after = size_mib(runner.dir.path());
    assert!(after <= before + 70, "{before} {after}");
    assert_eq!(calls.script("one", "echo fine > /tmp/x").exit_code, Some(0));
}

/// Leaves a mark wherever anybody may write and wherever root may, in files, queues and segments.
const LEAVE: &str = "
find / -xdev -type d -perm -0002 > /root/places; echo /dev/shm >> /root/places; echo /run >> /root/places
while read -r place; do echo mine > $place/left-behind; done < /root/places
echo mine > /etc/left-behind; echo mine > /usr/bin/left-behind; echo mine > /root/left-behind
python3 -c 'import ctypes; c = ctypes.CDLL(None); c.shmget(4711, 4096, 0o1666); c.msgget(4711, 0o1666); c.semget(4711, 1, 0o1666); c.mq_open(b\"/left-behind\", 0o102, 0o666, 0)'
";
/// Prints what is found of it.
const LOOK: &str = "find / -name left-behind -not -path '/proc/*'; python3 -c '
import ctypes; c = ctypes.CDLL(None)
print(c.shmget(4711, 0, 0), c.msgget(4711, 0), c.semget(4711, 0, 0), c.mq_open(b\"/left-behind\", 0))'";

#[test]
fn what_one_lab_leaves_the_next_does_not_find() {
    let Some((_runner, mut calls)) = lab() else {
        return;
    };
    calls.script("one", LEAVE);
    let found = calls.script("one", LOOK).stdout;
    for part in [
        "/tmp/",
        "/var/tmp/",
        "/dev/shm/",
        "/dev/mqueue/",
        "/usr/bin/",
    ] {
        assert!(found.contains(part), "{part} in {found}");
    }
    assert!(!found.contains("-1 -1 -1 -1"), "{found}");
    calls.reset("one");
    assert_eq!(calls.script("one", LOOK).stdout, "-1 -1 -1 -1\n");
    // The same name, and the same ids, which are the lowest that are free.
    calls.script("one", LEAVE);
    let map = calls.script("one", "cat /proc/self/uid_map").stdout;
    destroy(&mut calls, "one");
    calls.create("one", &spec("true"));
    assert_eq!(calls.script("one", "cat /proc/self/uid_map").stdout, map);
    assert_eq!(calls.script("one", LOOK).stdout, "-1 -1 -1 -1\n");
}
