//! The private network of a lab with several hosts: a switch in a namespace of its own, with a cable
//! to each host. Nothing else is on it, and no host can change more of it than its own end.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{Seek as _, Write as _};
use std::os::fd::AsRawFd as _;
use std::path::Path;
use std::process::Command;
use std::thread;

use nix::sched::{CloneFlags, unshare};

use super::{Container, SandboxError};

/// The addresses of the hosts begin here: 10.77.0.11, 10.77.0.12 and so on.
const FIRST_ADDRESS: usize = 11;

fn address(place: usize) -> String {
    format!("10.77.0.{}", FIRST_ADDRESS + place)
}

/// A network; gone when dropped and no host is on it any more.
#[derive(Debug)]
pub struct Network {
    _switch: File,
}

/// Joins the hosts; none when there is only one, which needs no network.
///
/// # Errors
/// The programs for it are missing or fail.
pub fn joined(hosts: &[&Container]) -> Result<Option<Network>, SandboxError> {
    if hosts.len() < 2 {
        return Ok(None);
    }
    let switch = empty_namespace()?;
    let place = format!("/proc/{}/fd/{}", std::process::id(), switch.as_raw_fd());
    let mut commands = String::from("link add sw type bridge\nlink set sw up\n");
    for (number, host) in hosts.iter().enumerate() {
        let peer = host.network_namespace();
        // Writing to a string does not fail.
        let _ = writeln!(
            commands,
            "link add h{number} type veth peer name eth0 netns {}\nlink set h{number} master sw up",
            peer.display()
        );
    }
    ip(Path::new(&place), &commands)?;
    for (number, host) in hosts.iter().enumerate() {
        let commands = format!(
            "addr add {}/24 dev eth0\nlink set eth0 up\n",
            address(number)
        );
        ip(&host.network_namespace(), &commands)?;
    }
    Ok(Some(Network { _switch: switch }))
}

/// The beginning of a script that tells a host the names of all; empty when it is alone.
pub fn name_one_another(hosts: &[String]) -> String {
    if hosts.len() < 2 {
        return String::new();
    }
    let mut script = String::from("echo \"$HOST\" > /etc/hostname\ncat >> /etc/hosts <<'HOSTS'\n");
    for (number, name) in hosts.iter().enumerate() {
        let _ = writeln!(script, "{} {name}", address(number));
    }
    script + "HOSTS\n"
}

/// A network namespace that nobody is in.
fn empty_namespace() -> Result<File, SandboxError> {
    let made = thread::spawn(|| {
        unshare(CloneFlags::CLONE_NEWNET)?;
        File::open("/proc/thread-self/ns/net")
    })
    .join();
    made.unwrap_or_else(|_panic| Err(std::io::Error::other("a thread panicked")))
        .map_err(SandboxError::system("network namespace"))
}

/// Carries out commands of iproute2 in a network namespace.
fn ip(namespace: &Path, commands: &str) -> Result<(), SandboxError> {
    let what = || SandboxError::system("ip");
    let mut input = tempfile::tempfile().map_err(what())?;
    input.write_all(commands.as_bytes()).map_err(what())?;
    input.rewind().map_err(what())?;
    let mut net = std::ffi::OsString::from("--net=");
    net.push(namespace);
    let output = Command::new("nsenter")
        .arg(net)
        .args(["ip", "-batch", "-"])
        .stdin(input)
        .output()
        .map_err(SandboxError::system("nsenter"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(SandboxError::Program {
        program: "ip".to_owned(),
        what: "join the hosts of a lab".to_owned(),
        detail: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
    })
}
