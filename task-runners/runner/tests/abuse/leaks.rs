//! What the kernel's own file systems tell about the machine, and what they let change.

use std::fs;

use crate::runner::spec;
use crate::{lab, python, python_outside};

/// Opens for writing, and closes, whatever a prefix holds; prints what could be opened.
const WRITABLE: &str = "
import os
for top in ['/proc/sys', '/proc/irq', '/proc/bus', '/proc/fs', '/proc/sysrq-trigger', '/proc/acpi', '/proc/mtrr', '/sys']:
    for place, _, names in ([(os.path.dirname(top), [], [os.path.basename(top)])] if os.path.isfile(top) else os.walk(top)):
        for name in names:
            try: os.close(os.open(os.path.join(place, name), os.O_WRONLY | os.O_NONBLOCK)); print(os.path.join(place, name))
            except OSError: pass
";

#[test]
fn nothing_of_the_kernel_can_be_set() {
    let Some((_runner, mut calls)) = lab() else {
        return;
    };
    assert_eq!(python(&mut calls, "one", WRITABLE), "");
    let one = "
import os
os.close(os.open('/proc/sys/kernel/core_pattern', os.O_WRONLY)); print('opened')
";
    if let Some(outside) = python_outside(one) {
        assert_eq!(outside, "opened\n");
    }
    // Memory of the kernel and of the machine, and what is masked, is empty or refused.
    let read = calls.script(
        "one",
        "for file in /proc/kcore /proc/keys /proc/timer_list /proc/kallsyms /proc/cmdline /proc/kmsg /proc/vmallocinfo /proc/kpagecount /proc/slabinfo /dev/mem /dev/kmem /dev/port /proc/iomem; do
            [ -e $file ] && head -c 4096 $file 2>/dev/null | grep -v '^ *00000000-00000000 ' | grep -q '[^[:space:]]' && echo $file
         done; find /sys/firmware /sys/block /sys/class/block /sys/fs/ext4 /proc/fs /sys/kernel/debug /sys/kernel/tracing /sys/fs/bpf /sys/kernel/security -mindepth 1 2>/dev/null; true",
    );
    assert_eq!(read.stdout, "", "{read:?}");
    let core = calls.script(
        "one",
        "cd /srv; ulimit -c unlimited; bash -c 'kill -SEGV $$'; ls /srv | wc -l",
    );
    assert!(core.stdout.ends_with("0\n"), "{core:?}");
}

/// Looks for words in everything that can be read below /proc (but not in what changes with the
/// reader) and /sys; prints where.
const SEARCH: &str = "
import os, sys
words = [word.encode() for word in WORDS]
places = []
for top in ['/proc', '/sys']:
    for place, folders, names in os.walk(top):
        if place == '/proc': folders[:] = [name for name in folders if not name.isdigit() and name not in ('self', 'thread-self')]
        places += [os.path.join(place, name) for name in names]
for process in ['1', 'self']:
    places += ['/proc/%s/%s' % (process, name) for name in ['mounts', 'mountinfo', 'mountstats', 'cgroup', 'environ', 'cmdline', 'maps', 'sched', 'status', 'stat', 'limits', 'net/unix', 'net/tcp', 'net/dev', 'net/arp']]
for place in places:
    try:
        descriptor = os.open(place, os.O_RDONLY | os.O_NONBLOCK)
        try: text = os.read(descriptor, 1 << 16)
        finally: os.close(descriptor)
    except OSError: continue
    for word in words:
        if word in text: print(place)
";

#[test]
fn neither_the_host_nor_other_labs_have_a_name_inside() {
    let Some((runner, mut calls)) = lab() else {
        return;
    };
    let mut other = spec("true");
    other.hosts = vec!["the-neighbour".to_owned()];
    other
        .env
        .insert("PARAM_X".to_owned(), "the-parameter".to_owned());
    calls.create("secret-candidate", &other);
    let name = fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
    let data = runner.dir.path().display().to_string();
    let mut words = vec![
        data.as_str(),
        "the-neighbour",
        "the-parameter",
        "secret-candidate",
    ];
    // A short name is found in other words.
    if name.trim().len() > 5 && name.trim() != "localhost" {
        words.push(name.trim());
    }
    let search = SEARCH.replace("WORDS", &format!("{words:?}"));
    assert_eq!(python(&mut calls, "one", &search), "");
    if let Some(outside) = python_outside(&search) {
        // For one, the kernel names the files under all disks.
        assert!(outside.contains("backing_file"), "{outside}");
    }
    let own = calls.script("one", "cat /proc/sys/kernel/hostname /proc/self/cgroup");
    assert!(own.stdout.starts_with("lab\n"), "{own:?}");
    for line in own.stdout.lines().skip(1) {
        assert!(line.ends_with(":/"), "{line}");
    }
    let environments = calls.script(
        "one",
        "cat /proc/[0-9]*/environ | tr '\\0' '\\n' | cut -d= -f1 | sort -u | tr '\\n' ' '",
    );
    for name in environments.stdout.split_whitespace() {
        let known = [
            "HOME", "HOST", "LANG", "LOGNAME", "OLDPWD", "PATH", "PWD", "SHELL", "SHLVL", "TERM",
            "USER", "_",
        ];
        assert!(known.contains(&name), "{name}");
    }
}

#[test]
fn the_kernels_log_is_out_of_reach() {
    let Some((_runner, mut calls)) = lab() else {
        return;
    };
    let mark = format!("from-a-lab-{}", std::process::id());
    let write = format!(
        "dmesg; dmesg --clear; cat /dev/kmsg; journalctl
         for place in /dev/kmsg /proc/kmsg /dev/console /dev/log /dev/tty0; do echo {mark} > $place; done 2>/dev/null
         logger {mark}; true"
    );
    let output = calls.script("one", &write);
    assert_eq!(output.stdout, "", "{output:?}");
    let log = std::process::Command::new("dmesg").output();
    if let Ok(log) = log {
        assert!(!String::from_utf8_lossy(&log.stdout).contains(&mark));
    }
}
