//! The parts that grading is made of, tried on the real machine.

use std::fs;
use std::io::{self, Read as _};
use std::os::fd::OwnedFd;
use std::time::Duration;

use task_protocol::{LabId, LabLimits, LabSpec};

use super::{ContainerSpec, Descriptors, Oci, OciLab};
use crate::image::{IMAGES_DIR, ImageStore};
use crate::sys;

/// A driver in mounts of this thread's own; none when this machine cannot.
fn driver(data: &std::path::Path) -> Option<Oci> {
    if !nix::unistd::geteuid().is_root() {
        return None;
    }
    sys::reserve_descriptors().ok()?;
    sys::adopt_orphans().ok()?;
    crate::own_mounts().ok()?;
    let oci = Oci::open(data, ImageStore::new(IMAGES_DIR.into())).ok()?;
    (oci.runtime().is_ok() && oci.image("base").is_ok()).then_some(oci)
}

fn spec() -> LabSpec {
    LabSpec {
        task_id: "trial".to_owned(),
        image: "base".to_owned(),
        hosts: vec!["lab".to_owned()],
        boot: String::new(),
        setup: "echo kept > /root/file; chmod 600 /root/file; rm /usr/bin/git
            (while :; do date +%N > /root/clock; done) &"
            .to_owned(),
        env: std::collections::BTreeMap::new(),
        limits: LabLimits {
            disk_mib: 32,
            ..LabLimits::default()
        },
        terminals: 1,
        setup_timeout_ms: 30_000,
    }
}

#[test]
fn a_frozen_lab_becomes_a_layer_that_a_clean_room_looks_at() {
    let data = tempfile::tempdir().unwrap();
    let Some(oci) = driver(data.path()) else {
        io::Write::write_all(&mut io::stderr(), b"SKIPPED, no sandboxes here\n").unwrap();
        return;
    };
    let lab = OciLab::start(&oci, &LabId::new("trial").unwrap(), &spec(), None).unwrap();
    let built = lab.image.clone();
    let (_, host) = lab.hosts.into_iter().next().unwrap();
    let ids = host.ids;
    host.container.freeze().unwrap();
    let clock = host.disk.upper().join("root/clock");
    let before = fs::read(&clock).unwrap();
    let remains = host.end();
    // Killed as it was frozen: nothing ran on.
    assert_eq!(fs::read(&clock).unwrap(), before);
    let kept = oci.snapshots_dir().join("trial");
    remains.disk.keep(&kept).unwrap();
    assert!(fs::metadata(&kept).unwrap().len() == 32 * 1024 * 1024);
    let snapshot = oci.kept_disk(&kept).unwrap();

    let image = oci.image_root(&built, ids).unwrap();
    let scratch = oci.scratch(16).unwrap();
    let root = oci.overlay(&[&image], &scratch, ids).unwrap();
    let view = oci
        .overlay_read_only(root.path().join("lab"), &[snapshot.upper(), &image])
        .unwrap();
    let room = ContainerSpec {
        id: oci.fresh_id("room"),
        root: root.path().to_owned(),
        is_read_only: false,
        ids,
        hostname: "room".to_owned(),
        argv: [
            "bash",
            "-c",
            "cat /lab/root/file >&3; ls /lab/usr/bin/git; git --version; \
             touch /lab/x; /lab/usr/bin/true; /lab/bin/true; exit 5",
        ]
        .map(str::to_owned)
        .into(),
        env: super::host::environment(),
        cwd: "/".to_owned(),
        mounts: Vec::new(),
        limits: LabLimits::default(),
        allows_set_uid: false,
    };
    let (mut verdict, writer) = io::pipe().unwrap();
    let output = tempfile::tempfile().unwrap();
    let descriptors = Descriptors {
        stdin: None,
        stdout: Some(output.try_clone().unwrap()),
        stderr: Some(output.try_clone().unwrap()),
        more: vec![OwnedFd::from(writer)],
    };
    let ended = oci
        .run(&room, descriptors, Duration::from_secs(30))
        .unwrap();
    let mut text = String::new();
    verdict.read_to_string(&mut text).unwrap();
    let mut printed = String::new();
    let mut output = output;
    io::Seek::rewind(&mut output).unwrap();
    output.read_to_string(&mut printed).unwrap();
    assert_eq!(
        (ended.exit_code, text.as_str()),
        (Some(5), "kept\n"),
        "{printed}"
    );
    assert!(
        printed.contains("cannot access '/lab/usr/bin/git'"),
        "{printed}"
    );
    assert!(printed.contains("git version"), "{printed}");
    assert!(printed.contains("Read-only file system"), "{printed}");
    assert!(printed.contains("Permission denied"), "{printed}");
    // A link, which leads nowhere.
    assert!(printed.contains("Too many levels"), "{printed}");
    drop(view);
}

#[test]
fn a_room_that_takes_too_long_is_ended() {
    let data = tempfile::tempdir().unwrap();
    let Some(oci) = driver(data.path()) else {
        return;
    };
    let ids = oci.lease_ids().unwrap();
    let image = oci.image_root(&oci.image("base").unwrap(), *ids).unwrap();
    let scratch = oci.scratch(16).unwrap();
    let root = oci.overlay(&[&image], &scratch, *ids).unwrap();
    let room = ContainerSpec {
        id: oci.fresh_id("room"),
        root: root.path().to_owned(),
        is_read_only: true,
        ids: *ids,
        hostname: "room".to_owned(),
        argv: ["sleep", "1000"].map(str::to_owned).into(),
        env: super::host::environment(),
        cwd: "/".to_owned(),
        mounts: Vec::new(),
        limits: LabLimits::default(),
        allows_set_uid: false,
    };
    let ended = oci
        .run(&room, Descriptors::default(), Duration::from_millis(300))
        .unwrap();
    assert_eq!((ended.exit_code, ended.timed_out), (None, true));
}
