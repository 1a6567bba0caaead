//! Which of the installed runtimes works here is found by trying.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::super::runtime::Runtime;
use super::super::{ContainerSpec, Descriptors, ExtraMount, Oci, SandboxError, container};

impl Oci {
    pub(super) fn find_runtime(&self) -> Result<Arc<Runtime>, String> {
        let mut refusals = Vec::new();
        for runtime in Runtime::installed(&self.data.join("runtime")) {
            match self.try_runtime(&runtime) {
                Ok(()) => {
                    tracing::info!(runtime = runtime.name, "runtime chosen");
                    return Ok(Arc::new(runtime));
                }
                Err(error) => refusals.push(format!("{}: {error}", runtime.name)),
            }
        }
        if refusals.is_empty() {
            refusals.push("none of crun, runc, runsc and kata-runtime is installed".to_owned());
        }
        Err(refusals.join("; "))
    }

    /// Runs `true` of the host in a container that is made like a lab.
    fn try_runtime(&self, runtime: &Runtime) -> Result<(), SandboxError> {
        let ids = self.lease_ids()?;
        let disk = self.scratch(1)?;
        let empty = self.work_dir()?;
        let root = self.overlay(&[empty.path()], &disk, *ids)?;
        let mounts = ["/usr", "/bin", "/lib", "/lib64"]
            .into_iter()
            .filter(|path| Path::new(path).exists())
            .map(|path| ExtraMount {
                source: path.into(),
                target: path.to_owned(),
                is_read_only: true,
                allows_exec: true,
            });
        let spec = ContainerSpec {
            id: self.fresh_id("trial"),
            root: root.path().to_owned(),
            is_read_only: false,
            ids: *ids,
            hostname: "trial".to_owned(),
            argv: vec!["/usr/bin/true".to_owned()],
            env: Vec::new(),
            cwd: "/".to_owned(),
            mounts: mounts.collect(),
            limits: task_protocol::LabLimits::default(),
            allows_set_uid: false,
        };
        let ended = container::run(
            runtime,
            &spec,
            &self.bundle(&spec.id),
            &self.cgroup(&spec.id),
            Descriptors::default(),
            Duration::from_secs(20),
        )?;
        if ended.exit_code == Some(0) {
            return Ok(());
        }
        Err(SandboxError::Program {
            program: runtime.name.to_owned(),
            what: "run".to_owned(),
            detail: format!("a trial container ended with {:?}", ended.exit_code),
        })
    }
}
