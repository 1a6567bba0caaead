//! The bundle of a container as the OCI runtime specification wants it.

use serde_json::{Value, json};

use super::{ContainerSpec, ExtraMount, ids::IDS_PER_RANGE};

/// System calls that are let through; everything else is refused with EPERM.
const SECCOMP: &str = include_str!("seccomp.json");

/// What root may do in a container: own its files, processes and services; not the machine. No
/// mounts, no network set-up, no devices, no clock, no tracing across containers.
const CAPABILITIES: &[&str] = &[
    "CAP_AUDIT_WRITE",
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_FOWNER",
    "CAP_FSETID",
    "CAP_KILL",
    "CAP_NET_BIND_SERVICE",
    "CAP_NET_RAW",
    "CAP_SETFCAP",
    "CAP_SETGID",
    "CAP_SETPCAP",
    "CAP_SETUID",
    "CAP_SYS_CHROOT",
];

const MASKED: &[&str] = &[
    "/proc/acpi",
    "/proc/asound",
    "/proc/cmdline",
    "/proc/config.gz",
    "/proc/fs",
    "/proc/kallsyms",
    "/proc/kcore",
    "/proc/keys",
    "/proc/kmsg",
    "/proc/latency_stats",
    "/proc/sched_debug",
    "/proc/scsi",
    "/proc/timer_list",
    "/proc/timer_stats",
    // The loop devices of all labs, with the paths of their files.
    "/sys/block",
    "/sys/class/block",
    "/sys/dev/block",
    "/sys/devices/virtual/block",
    "/sys/devices/virtual/powercap",
    "/sys/firmware",
    "/sys/fs/ext4",
    "/sys/fs/selinux",
];

const READ_ONLY: &[&str] = &["/proc/bus", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

/// Environment variables as the specification writes them.
pub(super) fn environment(env: &[(String, String)]) -> Vec<String> {
    env.iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect()
}

fn extra_mount(mount: &ExtraMount) -> Value {
    let mut options = vec!["rbind", "nosuid", "nodev"];
    options.push(if mount.is_read_only { "ro" } else { "rw" });
    if !mount.allows_exec {
        options.push("noexec");
    }
    json!({
        "destination": mount.target, "type": "bind",
        "source": mount.source, "options": options
    })
}

fn mounts(spec: &ContainerSpec) -> Vec<Value> {
    let mut mounts = vec![
        json!({"destination": "/proc", "type": "proc", "source": "proc",
            "options": ["nosuid", "noexec", "nodev"]}),
        json!({"destination": "/dev", "type": "tmpfs", "source": "tmpfs",
            "options": ["nosuid", "strictatime", "mode=755", "size=1m", "nr_inodes=1k"]}),
        json!({"destination": "/dev/pts", "type": "devpts", "source": "devpts",
            "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5",
                "max=32"]}),
        json!({"destination": "/dev/shm", "type": "tmpfs", "source": "shm",
            "options": ["nosuid", "noexec", "nodev", "mode=1777", "size=32m",
                "nr_inodes=8k"]}),
        json!({"destination": "/dev/mqueue", "type": "mqueue", "source": "mqueue",
            "options": ["nosuid", "noexec", "nodev"]}),
        json!({"destination": "/sys", "type": "sysfs", "source": "sysfs",
            "options": ["nosuid", "noexec", "nodev", "ro"]}),
    ];
    if spec.is_read_only {
        mounts.push(
            json!({"destination": "/tmp", "type": "tmpfs", "source": "tmpfs",
            "options": ["nosuid", "nodev", "mode=1777", "size=64m"]}),
        );
    }
    mounts.extend(spec.mounts.iter().map(extra_mount));
    mounts
}

/// The content of `config.json`.
pub(super) fn bundle(spec: &ContainerSpec, cgroups_path: &str) -> Value {
    let seccomp: Value = serde_json::from_str(SECCOMP).unwrap_or_default();
    let memory = i64::from(spec.limits.memory_mib) * 1024 * 1024;
    let period = 100_000_i64;
    let mapping = json!([{"containerID": 0, "hostID": spec.ids.base, "size": IDS_PER_RANGE}]);
    json!({
        "ociVersion": "1.0.2",
        "hostname": spec.hostname,
        "root": {"path": spec.root, "readonly": spec.is_read_only},
        "process": {
            "terminal": false,
            "user": {"uid": 0, "gid": 0},
            "args": spec.argv,
            "env": environment(&spec.env),
            "cwd": spec.cwd,
            "noNewPrivileges": !spec.allows_set_uid,
            "capabilities": {
                "bounding": CAPABILITIES, "effective": CAPABILITIES, "permitted": CAPABILITIES,
            },
            "rlimits": [
                {"type": "RLIMIT_NOFILE", "soft": 1024, "hard": 16_384},
                {"type": "RLIMIT_CORE", "soft": 0, "hard": 0},
                // The kernel counts these for the root of the machine as well.
                {"type": "RLIMIT_SIGPENDING", "soft": 512, "hard": 512},
            ],
        },
        "mounts": mounts(spec),
        "linux": {
            "namespaces": [
                {"type": "user"}, {"type": "mount"}, {"type": "pid"}, {"type": "network"},
                {"type": "ipc"}, {"type": "uts"}, {"type": "cgroup"},
            ],
            "uidMappings": mapping,
            "gidMappings": mapping,
            "cgroupsPath": cgroups_path,
            "resources": {
                "devices": [{"allow": false, "access": "rwm"}],
                "memory": {"limit": memory, "swap": memory},
                "pids": {"limit": spec.limits.processes},
                "cpu": {"period": period, "quota": quota(spec.limits.cpus, period)},
            },
            "seccomp": seccomp,
            "maskedPaths": MASKED,
            "readonlyPaths": READ_ONLY,
        },
    })
}

/// Processor time per period; the kernel takes no less than 1 ms.
#[expect(
    clippy::cast_possible_truncation,
    reason = "clamped to a range that fits"
)]
fn quota(cpus: f64, period: i64) -> i64 {
    let cpus = if cpus.is_finite() { cpus } else { 1.0 };
    let period = i32::try_from(period).map_or(100_000.0, f64::from);
    (cpus.clamp(0.01, 1024.0) * period) as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::IdRange;

    fn spec() -> ContainerSpec {
        ContainerSpec {
            id: "x".to_owned(),
            root: "/r".into(),
            is_read_only: true,
            ids: IdRange { base: 200_000 },
            hostname: "lab".to_owned(),
            argv: vec!["true".to_owned()],
            env: Vec::new(),
            cwd: "/".to_owned(),
            mounts: Vec::new(),
            limits: task_protocol::LabLimits::default(),
            allows_set_uid: false,
        }
    }

    #[test]
    fn limits_and_ids_arrive() {
        let bundle = bundle(&spec(), "/assay/x");
        assert_eq!(bundle["linux"]["uidMappings"][0]["hostID"], 200_000);
        assert_eq!(bundle["linux"]["resources"]["cpu"]["quota"], 100_000);
        assert_eq!(
            bundle["linux"]["resources"]["memory"]["limit"],
            512 * 1024 * 1024
        );
        assert_eq!(bundle["process"]["noNewPrivileges"], true);
    }

    #[test]
    fn the_seccomp_profile_refuses_by_default() {
        let profile: Value = serde_json::from_str(SECCOMP).unwrap();
        assert_eq!(profile["defaultAction"], "SCMP_ACT_ERRNO");
        let allowed: Vec<&str> = profile["syscalls"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|rule| rule["action"] == "SCMP_ACT_ALLOW" && rule["args"].is_null())
            .flat_map(|rule| rule["names"].as_array().unwrap())
            .map(|name| name.as_str().unwrap())
            .collect();
        for dangerous in [
            "mount",
            "bpf",
            "keyctl",
            "io_uring_setup",
            "unshare",
            "setns",
            "init_module",
            "kexec_load",
            "userfaultfd",
            "perf_event_open",
            "open_by_handle_at",
            "clone",
            "clone3",
        ] {
            assert!(!allowed.contains(&dangerous), "{dangerous}");
        }
    }

    #[test]
    fn odd_processor_limits_are_clamped() {
        for cpus in [f64::NAN, f64::INFINITY, -1.0, 0.0, 1e300] {
            assert!((1_000..=102_400_000).contains(&quota(cpus, 100_000)));
        }
    }
}
