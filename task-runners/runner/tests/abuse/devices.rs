//! Devices and set-uid programs.

use std::os::unix::fs::MetadataExt as _;

use crate::{lab, python, python_outside};

#[test]
fn no_device_can_be_made_and_those_there_are_harmless() {
    let Some((_runner, mut calls)) = lab() else {
        return;
    };
    // Every major number there is, and those that are worth something by name.
    let make = "
import errno, os, stat, sys, tempfile
os.chdir(tempfile.mkdtemp())
named = [('c', 1, 1), ('c', 1, 2), ('c', 1, 4), ('c', 1, 11), ('c', 10, 232), ('c', 10, 229),
    ('c', 10, 200), ('c', 10, 237), ('c', 5, 1), ('c', 4, 0), ('b', 7, 0), ('b', 8, 0), ('b', 254, 0),
    ('b', 259, 0), ('c', 0, 0)]
every = [(kind, major, 0) for kind in 'bc' for major in range(512)]
answers = set()
for kind, major, minor in named + (every if len(sys.argv) == 1 else []):
    try:
        os.mknod('x', 0o600 | (stat.S_IFBLK if kind == 'b' else stat.S_IFCHR), os.makedev(major, minor))
        os.remove('x'); answers.add('made')
    except OSError as error: answers.add(errno.errorcode[error.errno])
print(*answers)
";
    assert_eq!(python(&mut calls, "one", make), "EPERM\n");
    // A privileged process of the host can.
    if let Some(outside) = python_outside(make) {
        assert!(outside.contains("made"), "{outside}");
    }
    let list = calls.script(
        "one",
        "for file in /dev/* /dev/*/*; do [ -L $file ] || { [ ! -b $file ] && [ ! -c $file ]; } || echo $file; done | grep -v /pts/ | tr '\\n' ' '
         find / -xdev \\( -type b -o -type c \\) -not -path '/dev/*'",
    );
    assert_eq!(
        list.stdout.trim_end(),
        "/dev/full /dev/null /dev/random /dev/tty /dev/urandom /dev/zero"
    );
    for path in ["/dev/null", "/dev/urandom"] {
        let change = format!(
            "chmod 600 {path} || chown 1 {path} || setfacl -m u:1:r {path} || touch -d 2000-01-01 {path}"
        );
        assert_ne!(calls.script("one", &change).exit_code, Some(0), "{path}");
    }
}

#[test]
fn set_uid_programs_are_worth_something_in_their_lab_only() {
    let Some((runner, mut calls)) = lab() else {
        return;
    };
    let output = calls.script(
        "one",
        "cp /usr/bin/id /srv/set-uid; chmod 6755 /srv/set-uid
         setpriv --reuid 1000 --regid 1000 --clear-groups /srv/set-uid -u
         tar -C /srv -cf /tmp/a.tar set-uid && mkdir /srv/out && tar -C /srv/out -xpf /tmp/a.tar && stat -c %a /srv/out/set-uid",
    );
    assert_eq!(output.stdout, "0\n6755\n", "{output:?}");
    // Seen from the host it belongs to nobody, on a file system where the bit means nothing.
    let process = format!("/proc/{}", runner.pid());
    let disks = std::fs::read_dir(format!("{process}/root/run/assay/disks")).unwrap();
    let mut programs = disks
        .flatten()
        .map(|disk| disk.path().join("upper/srv/set-uid"))
        .filter(|path| path.exists());
    let owner = std::fs::metadata(programs.next().unwrap()).unwrap().uid();
    assert!(owner > 65_536, "{owner}");
    let mounts = std::fs::read_to_string(format!("{process}/mounts")).unwrap();
    let disks: Vec<_> = mounts
        .lines()
        .filter(|line| line.contains(" /run/assay/disks/"))
        .collect();
    assert!(!disks.is_empty());
    for disk in disks {
        assert!(disk.contains("nosuid") && disk.contains("nodev"), "{disk}");
    }
}
