//! A lab on this machine: one host or several, prepared by the task's script.

use std::time::{Duration, Instant};

use task_protocol::{LabId, LabSpec};

use super::host::Host;
use super::network::{self, Network};
use super::{Oci, SandboxError};
use crate::image::Image;

/// A lab that runs; ended when dropped. Fields in the order of their end.
#[derive(Debug)]
pub struct OciLab {
    /// Its hosts by name, in the order of the spec.
    pub hosts: Vec<(String, Host)>,
    /// What joins the hosts, if there are several.
    pub network: Option<Network>,
    /// What they run on.
    pub image: Image,
    /// Its name.
    pub lab_id: LabId,
    /// What it was made from.
    pub spec: LabSpec,
}

impl OciLab {
    /// Starts a lab and runs its setup script to the end, on all hosts at once; from a checkpoint,
    /// the script of a boot.
    pub(super) fn start(
        oci: &Oci,
        lab_id: &LabId,
        spec: &LabSpec,
        checkpoint: Option<u32>,
    ) -> Result<Self, SandboxError> {
        let image = oci.image(&spec.image)?;
        let named = |name: &String| {
            let host = oci.fresh_host(&image, spec.limits)?;
            Ok::<_, SandboxError>((name.clone(), host))
        };
        let (hosts, script) = match checkpoint {
            None => (
                spec.hosts.iter().map(named).collect::<Result<_, _>>()?,
                network::name_one_another(&spec.hosts) + &spec.setup,
            ),
            Some(number) => (
                oci.hosts_from(lab_id, spec, &image, number)?,
                spec.boot.clone(),
            ),
        };
        let mut lab = Self {
            hosts,
            network: None,
            image,
            lab_id: lab_id.clone(),
            spec: spec.clone(),
        };
        let containers: Vec<_> = lab.hosts.iter().map(|(_, host)| &host.container).collect();
        lab.network = network::joined(&containers)?;
        for (name, host) in &mut lab.hosts {
            host.begin(name, &script, &spec.env)?;
        }
        let deadline = Instant::now() + Duration::from_millis(spec.setup_timeout_ms.into());
        for (_, host) in &mut lab.hosts {
            host.wait(deadline.saturating_duration_since(Instant::now()))?;
        }
        match checkpoint {
            None => lab
                .hosts
                .iter_mut()
                .for_each(|(_, host)| host.remember_files()),
            // What the candidate did before is still the candidate's work.
            Some(_) => oci.recall_baselines(lab_id, &mut lab.hosts),
        }
        oci.keep_baselines(lab_id, &lab.hosts);
        Ok(lab)
    }

    /// The host of this name.
    ///
    /// # Errors
    /// There is none.
    pub fn host(&self, name: &str) -> Result<&Host, SandboxError> {
        let found = self.hosts.iter().find(|(known, _)| known == name);
        found
            .map(|(_, host)| host)
            .ok_or_else(|| SandboxError::UnknownHost {
                host: name.to_owned(),
            })
    }
}
