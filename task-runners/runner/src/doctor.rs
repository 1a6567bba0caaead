//! What works on this machine, said so that a person knows what to do.

use std::fs;
use std::path::Path;

use task_protocol::DoctorCheck;

use crate::image::{Declaration, ImageStore};
use crate::sandbox::Oci;
use crate::sandbox::runtime::Runtime;
use crate::sys;

fn check(name: &str, result: Result<String, String>) -> DoctorCheck {
    let (ok, detail) = match result {
        Ok(detail) => (true, detail),
        Err(detail) => (false, detail),
    };
    DoctorCheck {
        name: name.to_owned(),
        ok,
        detail,
    }
}

/// All checks; those that need a sandbox are made with `oci` when there is one.
#[must_use]
pub fn checks(oci: Option<&Oci>) -> Vec<DoctorCheck> {
    let mut checks = vec![
        check("root", root()),
        check("oci_runtime", runtime(oci)),
        check("cgroups", cgroups()),
        check("overlay", filesystem("overlay")),
        check("idmapped_mounts", idmapped_mounts(oci)),
        check("loop_devices", loop_devices()),
        check("seccomp", seccomp()),
        check("user_namespaces", user_namespaces()),
        check("lab_networks", lab_networks()),
        check("image_builder", image_builder()),
    ];
    if let Some(oci) = oci {
        checks.push(check("image_base", image_base(oci.images())));
        checks.push(check("images", images(oci.images())));
    }
    checks
}

/// The checks of a machine on which no sandbox can be made at all, and why.
#[must_use]
pub fn checks_without_sandbox(images: &ImageStore, reason: &str) -> Vec<DoctorCheck> {
    let mut checks = checks(None);
    for entry in &mut checks {
        if matches!(entry.name.as_str(), "oci_runtime" | "idmapped_mounts") {
            entry.ok = false;
            entry.detail = format!("{} (not tried: {reason})", entry.detail);
        }
    }
    checks.push(check("image_base", image_base(images)));
    checks.push(check("images", self::images(images)));
    checks
}

fn root() -> Result<String, String> {
    if nix::unistd::geteuid().is_root() {
        return Ok("the runner is root".to_owned());
    }
    Err("the runner must be root to make sandboxes".to_owned())
}

fn runtime(oci: Option<&Oci>) -> Result<String, String> {
    let installed: Vec<_> = Runtime::installed(Path::new(""))
        .iter()
        .map(|runtime| runtime.name)
        .collect();
    if installed.is_empty() {
        return Err("install runc or crun".to_owned());
    }
    let found = format!("installed: {}", installed.join(", "));
    match oci.map(Oci::runtime) {
        None => Ok(found),
        Some(Ok(runtime)) => Ok(format!("{} starts a sandbox here ({found})", runtime.name)),
        Some(Err(error)) => Err(error.to_string()),
    }
}

fn cgroups() -> Result<String, String> {
    let mounts = fs::read_to_string("/proc/self/mounts").map_err(|error| error.to_string())?;
    let of_kind = |kind: &str| {
        mounts
            .lines()
            .filter(|line| line.split(' ').nth(2) == Some(kind))
            .count()
    };
    let kind = match (of_kind("cgroup"), of_kind("cgroup2")) {
        (0, 0) => return Err("no cgroup file system is mounted".to_owned()),
        (0, _) => "v2",
        (_, 0) => "v1",
        _ => "hybrid (v1 controllers beside v2)",
    };
    let missing: Vec<_> = ["memory", "pids", "cpu"]
        .into_iter()
        .filter(|controller| !has_controller(controller))
        .collect();
    if missing.is_empty() {
        return Ok(kind.to_owned());
    }
    Err(format!("{kind}, without {}", missing.join(", ")))
}

fn has_controller(name: &str) -> bool {
    let v2 = fs::read_to_string("/sys/fs/cgroup/cgroup.controllers").unwrap_or_default();
    let v1 = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    v2.split_whitespace().any(|word| word == name)
        || v1.lines().any(|line| {
            let mut fields = line.split(' ').skip(2);
            fields.next() == Some("cgroup")
                && fields
                    .next()
                    .is_some_and(|options| options.split(',').any(|word| word == name))
        })
}

fn filesystem(name: &str) -> Result<String, String> {
    let known = fs::read_to_string("/proc/filesystems").map_err(|error| error.to_string())?;
    if known
        .lines()
        .any(|line| line.split_whitespace().last() == Some(name))
    {
        return Ok("known to the kernel".to_owned());
    }
    Err(format!(
        "the kernel does not know it; try `modprobe {name}`"
    ))
}

fn idmapped_mounts(oci: Option<&Oci>) -> Result<String, String> {
    let Some(oci) = oci else {
        return Ok("kernel 5.12 or later needed".to_owned());
    };
    let text = |error: crate::sandbox::SandboxError| error.to_string();
    let ids = oci.lease_ids().map_err(text)?;
    let Some(image) = oci.images().all().unwrap_or_default().into_iter().next() else {
        return Ok("tried when an image is built".to_owned());
    };
    let path = oci.image_root(&image, *ids).map_err(text)?;
    if path.starts_with(crate::sandbox::mount::MOUNT_ROOT) {
        return Ok("labs share one image without copies".to_owned());
    }
    // Slower and larger, but it works.
    Ok("missing here: the image is copied for every id range".to_owned())
}

fn loop_devices() -> Result<String, String> {
    match fs::metadata("/dev/loop-control") {
        Ok(_) => Ok("disks of labs are files".to_owned()),
        // Slower to snapshot, but it works.
        Err(_) => Ok("missing: disks of labs count as memory".to_owned()),
    }
}

fn seccomp() -> Result<String, String> {
    let actions = fs::read_to_string("/proc/sys/kernel/seccomp/actions_avail")
        .map_err(|error| format!("the kernel has no seccomp filters: {error}"))?;
    if actions.split_whitespace().any(|action| action == "errno") {
        return Ok("filters are available".to_owned());
    }
    Err(format!("only {actions}"))
}

fn user_namespaces() -> Result<String, String> {
    sys::user_namespace(0x7000_0000, 1)
        .map(|_| "can be made".to_owned())
        .map_err(|error| format!("cannot be made: {error}"))
}

/// Labs of several hosts need more than the others.
fn lab_networks() -> Result<String, String> {
    let missing: Vec<_> = ["ip", "nsenter"]
        .into_iter()
        .filter(|program| {
            let version = std::process::Command::new(program).arg("-V").output();
            version.is_err()
        })
        .collect();
    if missing.is_empty() {
        return Ok("hosts of a lab can be joined".to_owned());
    }
    Err(format!(
        "install {} for labs of several hosts (Debian: iproute2, util-linux)",
        missing.join(" and ")
    ))
}

fn image_builder() -> Result<String, String> {
    match std::process::Command::new("mmdebstrap")
        .arg("--version")
        .output()
    {
        Ok(output) => Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned()),
        Err(_) => Err("install mmdebstrap to build lab images".to_owned()),
    }
}

fn image_base(images: &ImageStore) -> Result<String, String> {
    let declared = Declaration::embedded("base").ok_or("no declaration")?;
    images
        .find(&declared)
        .map(|image| format!("built, digest {}", image.digest))
        .ok_or_else(|| "not built; run `task-runner image build base`".to_owned())
}

/// Tasks name the image that they need; one that is not built is no fault of the machine.
fn images(store: &ImageStore) -> Result<String, String> {
    let built = |name: &&str| store.by_name(name).is_some();
    let (built, missing): (Vec<_>, Vec<_>) = Declaration::names().into_iter().partition(built);
    let mut words = format!("built: {}", built.join(", "));
    if !missing.is_empty() {
        words += &format!("; not built: {}", missing.join(", "));
    }
    Ok(words)
}
