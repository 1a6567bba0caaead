//! What candidates leave for the snapshot and the copies, so that they cost too much or break.

use std::time::Instant;

use task_protocol::Outcome;

use crate::grading::{check, found, grade, graded, with_run};
use crate::runner::{Runner, spec};

/// The candidate's root file system is that of the copy, too: what is mounted and read to start it
/// may be anything.
#[test]
fn traps_where_a_copy_is_mounted_and_started_are_harmless() {
    let Some(runner) = Runner::start() else {
        return;
    };
    let deep = "python3 -c \"
import os
os.remove('/lib64'); os.mkdir('/lib64'); os.chdir('/lib64')
try:
    while True: os.mkdir('d'); os.chdir('d')
except OSError: pass
\"";
    let mut calls = runner.connect();
    let run = "echo started; ls -d /proc/1/root /sys/class /dev/null /dev/pts /usr/bin/bash";
    for (number, (trap, is_started)) in [
        (
            "umount -l /proc /sys; cd /; rm -rf /mnt; ln -s /etc /mnt",
            true,
        ),
        // As deep as there is room for.
        (deep, true),
        (
            "python3 -c \"import os; import shutil; shutil.rmtree('/etc'); os.symlink('/proc/1', '/etc')\"",
            true,
        ),
        (
            "rm -rf /tmp /root /home; ln -s /proc /tmp; ln -s /sys /root; mkfifo /home",
            true,
        ),
        (
            "rm /etc/ld.so.cache; mkdir -p /etc/ld.so.cache/x; mkfifo /etc/ld.so.preload",
            true,
        ),
        ("chmod 000 / /etc /usr; chown 1000 / /etc", true),
        // It waits for a partner that never comes, for as long as it may.
        ("rm /etc/passwd; mkfifo /etc/passwd", false),
    ]
    .into_iter()
    .enumerate()
    {
        let lab = format!("lab-{number}");
        calls.create(&lab, &spec("true"));
        calls.script(&lab, trap);
        let begin = Instant::now();
        let report = grade(
            &mut calls,
            &lab,
            &[
                with_run(
                    "run",
                    run,
                    "pass \"$(captured run.stdout | tr '\\n' ' ')/$(captured run.exit)\"",
                ),
                check(
                    "look",
                    "ls -la /lab /lab/etc /lab/proc > /dev/null 2>&1; pass seen",
                ),
            ],
        );
        assert!(
            begin.elapsed().as_secs() < 9,
            "{trap}: {:?}",
            begin.elapsed()
        );
        let expected = if is_started {
            "started /dev/null /dev/pts /proc/1/root /sys/class /usr/bin/bash /0"
        } else {
            "/timeout"
        };
        assert_eq!(
            found(&report.outcomes[0]),
            (Outcome::Pass, expected),
            "{trap}: {report:?}"
        );
        assert_eq!(
            found(&report.outcomes[1]),
            (Outcome::Pass, "seen"),
            "{trap}"
        );
    }
    calls.create("after", &spec("true"));
    assert_eq!(calls.script("after", "true").exit_code, Some(0));
}

#[test]
fn a_snapshot_of_many_names_many_holes_and_great_depth_costs_no_more_than_its_disk() {
    let fill = "python3 -c \"
import os, tarfile, io
os.mkdir('/srv/links'); data = open('/srv/data', 'wb'); data.write(os.urandom(20 << 20)); data.close()
for number in range(60_000): os.link('/srv/data', '/srv/links/%d' % number)
holes = os.open('/srv/holes', os.O_CREAT | os.O_WRONLY)
for number in range(4_000): os.pwrite(holes, b'x', number << 28)
for number in range(100): os.truncate(os.open('/srv/sparse-%d' % number, os.O_CREAT | os.O_WRONLY), 1 << 43)
os.makedirs('/srv/deep'); os.chdir('/srv/deep')
for number in range(1_500): os.mkdir('d'); os.chdir('d')
\"";
    let checks = [check(
        "links",
        "pass \"$(ls /lab/srv/links | wc -l) $(stat -c %h /lab/srv/data)\"",
    )];
    let begin = Instant::now();
    let Some((_runner, outcomes)) = graded(&spec("true"), fill, &checks) else {
        return;
    };
    assert!(begin.elapsed().as_secs() < 60, "{:?}", begin.elapsed());
    assert_eq!(found(&outcomes[0]), (Outcome::Pass, "60000 60001"));
}

#[test]
#[ignore = "slow: make abuse"]
fn a_tree_deeper_than_any_stack_does_not_end_the_runner() {
    let mut large = spec("true");
    large.limits.disk_mib = 512;
    let work = "python3 -c \"
import os
os.remove('/lib64'); os.mkdir('/lib64'); os.chdir('/lib64')
for number in range(30_000): os.mkdir('d'); os.chdir('d')
\"";
    let checks = [with_run(
        "run",
        "echo started",
        "pass \"$(captured run.stdout)\"",
    )];
    let Some((_runner, outcomes)) = graded(&large, work, &checks) else {
        return;
    };
    assert_eq!(found(&outcomes[0]), (Outcome::Pass, "started"));
}

#[test]
#[ignore = "slow: make abuse"]
fn snapshots_are_whole_while_others_start_and_reset() {
    let Some(runner) = Runner::start() else {
        return;
    };
    let is_over = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        for number in 0..3 {
            let (runner, is_over) = (&runner, &is_over);
            scope.spawn(move || {
                let (mut calls, lab) = (runner.connect(), format!("busy-{number}"));
                calls.create(&lab, &spec("true"));
                while !is_over.load(std::sync::atomic::Ordering::Relaxed) {
                    calls.reset(&lab);
                }
            });
        }
        let mut calls = runner.connect();
        for number in 0..15 {
            let lab = format!("graded-{number}");
            calls.create(&lab, &spec("true"));
            calls.script(
                &lab,
                "head -c 20M /dev/urandom > /srv/file; sha256sum < /srv/file > /srv/sum",
            );
            let whole = "[ \"$(sha256sum < /lab/srv/file)\" = \"$(cat /lab/srv/sum)\" ] || fail whole broken; pass whole";
            let report = grade(&mut calls, &lab, &[check("whole", whole)]);
            assert_eq!(
                found(&report.outcomes[0]),
                (Outcome::Pass, "whole"),
                "{report:?}"
            );
        }
        is_over.store(true, std::sync::atomic::Ordering::Relaxed);
    });
}
