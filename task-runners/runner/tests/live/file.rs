//! Files of a lab for an editor, in labs that do not play fair.

use task_protocol::{
    Call, CallError, CallResult, DirectoryEntry, EntryKind, FileRefusal, TextFile,
};

use crate::runner::{Connection, Runner, lab_id, spec};

fn list(calls: &mut Connection, path: &str) -> Result<Vec<DirectoryEntry>, CallError> {
    let call = Call::ListDirectory {
        lab_id: lab_id("one"),
        host: "lab".to_owned(),
        path: path.to_owned(),
    };
    match calls.call(call)? {
        CallResult::Directory { entries } => Ok(entries),
        other => panic!("unexpected {other:?}"),
    }
}

fn read(calls: &mut Connection, path: &str) -> Result<TextFile, CallError> {
    let call = Call::ReadFile {
        lab_id: lab_id("one"),
        host: "lab".to_owned(),
        path: path.to_owned(),
    };
    match calls.call(call)? {
        CallResult::File(file) => Ok(file),
        other => panic!("unexpected {other:?}"),
    }
}

fn write(
    calls: &mut Connection,
    path: &str,
    content: &str,
    digest: Option<&str>,
) -> Result<TextFile, CallError> {
    let call = Call::WriteFile {
        lab_id: lab_id("one"),
        host: "lab".to_owned(),
        path: path.to_owned(),
        content: content.to_owned(),
        digest: digest.map(str::to_owned),
    };
    match calls.call(call)? {
        CallResult::File(file) => Ok(file),
        other => panic!("unexpected {other:?}"),
    }
}

fn refused<T: std::fmt::Debug>(result: Result<T, CallError>) -> FileRefusal {
    match result {
        Err(CallError::File { reason }) => reason,
        other => panic!("unexpected {other:?}"),
    }
}

#[test]
fn files_are_listed_read_and_written_as_in_the_lab() {
    let Some(runner) = Runner::start() else {
        return;
    };
    let mut calls = runner.connect();
    let setup = "mkdir -p /srv/app/conf; echo 'port = 80' > /srv/app/app.ini; chown 33:33 /srv/app/app.ini
        chmod 640 /srv/app/app.ini; ln -s app.ini /srv/app/link; mkfifo /srv/app/pipe; ln -s /srv /data";
    calls.create("one", &spec(setup));
    let entries = list(&mut calls, "/data/app").unwrap();
    let seen: Vec<_> = entries.iter().map(|e| (e.name.as_str(), e.kind)).collect();
    assert_eq!(
        seen,
        [
            ("app.ini", EntryKind::File),
            ("conf", EntryKind::Directory),
            ("link", EntryKind::Link),
            ("pipe", EntryKind::Other),
        ]
    );
    let file = read(&mut calls, "/srv/app/link").unwrap();
    assert_eq!(file.content, "port = 80\n");
    let written = write(
        &mut calls,
        "/srv/app/link",
        "port = 8080\nä\n",
        Some(&file.digest),
    )
    .unwrap();
    // Somebody else was quicker.
    let late = write(&mut calls, "/srv/app/app.ini", "x", Some(&file.digest));
    assert_eq!(refused(late), FileRefusal::Changed);
    let there = write(&mut calls, "/srv/app/app.ini", "x", None);
    assert_eq!(refused(there), FileRefusal::Changed);
    let new = write(&mut calls, "/srv/app/conf/new.sh", "echo new\n", None).unwrap();
    assert_eq!(read(&mut calls, "/srv/app/conf/new.sh").unwrap(), new);
    assert_eq!(read(&mut calls, "/srv/app/app.ini").unwrap(), written);
    let output = calls.script(
        "one",
        "cat /srv/app/app.ini; stat -c '%u:%g %a' /srv/app/app.ini /srv/app/conf/new.sh; bash /srv/app/conf/new.sh
         rm /srv/app/conf/new.sh && echo removed",
    );
    assert_eq!(
        output.stdout, "port = 8080\nä\n33:33 640\n0:0 644\nnew\nremoved\n",
        "{output:?}"
    );
}

#[test]
fn nothing_leads_out_of_the_lab_or_holds_the_runner_up() {
    let Some(runner) = Runner::start() else {
        return;
    };
    let secret = runner.dir.path().join("secret");
    std::fs::write(&secret, "of the host").unwrap();
    let mut calls = runner.connect();
    let setup = format!(
        "mkdir /srv/a; ln -s {secret} /srv/a/link; ln -s ../../../../../..{secret} /srv/a/up; ln -s /proc/1/root /srv/a/root
         mkfifo /srv/a/pipe; head -c 600000 /dev/zero | tr '\\0' x > /srv/a/long; printf '\\xff\\xfe' > /srv/a/binary
         truncate -s 1T /srv/a/sparse; ln -s loop /srv/a/loop",
        secret = secret.display()
    );
    calls.create("one", &spec(&setup));
    for (path, reason) in [
        ("/srv/a/link", FileRefusal::NotFound),
        ("/srv/a/up", FileRefusal::NotFound),
        ("/srv/a/root/etc/passwd", FileRefusal::Elsewhere),
        ("/proc/self/environ", FileRefusal::Elsewhere),
        ("/dev/null", FileRefusal::Elsewhere),
        ("/srv/a/pipe", FileRefusal::WrongKind),
        ("/srv/a", FileRefusal::WrongKind),
        ("/srv/a/loop", FileRefusal::WrongKind),
        ("/srv/a/long", FileRefusal::TooLong),
        ("/srv/a/sparse", FileRefusal::TooLong),
        ("/srv/a/binary", FileRefusal::NotText),
        ("/srv/a/nothing", FileRefusal::NotFound),
        ("", FileRefusal::NotFound),
    ] {
        assert_eq!(refused(read(&mut calls, path)), reason, "{path}");
    }
    // Written through a link it stays inside.
    let path = format!("{}", secret.display());
    assert_eq!(
        refused(write(&mut calls, "/srv/a/link", "x", None)),
        FileRefusal::Changed
    );
    assert_eq!(
        refused(write(&mut calls, &path, "x", None)),
        FileRefusal::NotFound
    );
    assert_eq!(std::fs::read_to_string(&secret).unwrap(), "of the host");
    assert_eq!(refused(list(&mut calls, "/proc")), FileRefusal::Elsewhere);
    let long = "x".repeat(600_000);
    assert_eq!(
        refused(write(&mut calls, "/srv/new", &long, None)),
        FileRefusal::TooLong
    );
}

#[test]
fn a_full_disk_leaves_a_file_as_it_was() {
    let Some(runner) = Runner::start() else {
        return;
    };
    let mut calls = runner.connect();
    let mut small = spec("echo before > /srv/file");
    small.limits.disk_mib = 8;
    calls.create("one", &small);
    let file = read(&mut calls, "/srv/file").unwrap();
    calls.script("one", "cat /dev/zero > /srv/zeros; sync");
    let long = "y".repeat(90_000);
    let full = write(&mut calls, "/srv/file", &long, Some(&file.digest));
    assert_eq!(refused(full), FileRefusal::DiskFull);
    assert_eq!(read(&mut calls, "/srv/file").unwrap(), file);
}
