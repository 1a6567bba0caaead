//! Live tasks: a statement, a prepared machine, and checks that tell whether it was solved.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::parameters::fill;
use crate::{
    CheckId, CognitiveLevel, DeclarationError, Declared, DomainId, EnemyId, Parameter, TaskId,
    TemplateError, Values,
};

/// Name of the host of a task that names none.
pub const ONLY_HOST: &str = "lab";
/// How many hosts a lab can have.
pub const HOSTS_MAX: usize = 5;

/// One live task as it stands in the bank, with solution and judges: for staff and runners only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Id; also the name of the folder.
    pub id: TaskId,
    /// Short name that the candidate sees.
    pub title: String,
    /// The domain it examines.
    pub domain: DomainId,
    /// What the mind has to do.
    pub cognitive_level: CognitiveLevel,
    /// Expected share of minimally competent candidates who solve it, 0 to 1.
    pub facility_estimate: f64,
    /// Expected time to solve it.
    pub time_seconds: u32,
    /// Name of the lab image.
    pub image: String,
    /// Names of the lab's hosts, the main one first. Empty: one host called `lab`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<String>,
    /// Where the facts come from.
    pub references: Vec<String>,
    /// Items and tasks that must not be in the same form.
    pub enemies: Vec<EnemyId>,
    /// What the lab may use.
    pub limits: Limits,
    /// What is drawn for each candidate.
    pub parameters: BTreeMap<String, Parameter>,
    /// What the candidate has to do, in Markdown.
    pub statement: String,
    /// Script that prepares the lab.
    pub setup: String,
    /// Script that each host runs when it goes back to a checkpoint, as when a machine boots; empty
    /// when there is nothing to start.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub boot: String,
    /// Script that solves the task.
    pub solution: String,
    /// What is checked, in the order of the file.
    pub checks: Vec<Check>,
    /// Scripts that fake the result and must gain nothing.
    pub cheats: Vec<Cheat>,
}

/// What a lab may use.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Memory, in MiB.
    pub memory_mib: u32,
    /// Number of processes and threads.
    pub processes: u32,
    /// Space for files written, in MiB.
    pub disk_mib: u32,
    /// Processor time per time; 1.0 is one processor.
    pub cpus: f64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory_mib: 512,
            processes: 256,
            disk_mib: 512,
            cpus: 1.0,
        }
    }
}

/// One assertion on the candidate's machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// Id, unique in the task.
    pub id: CheckId,
    /// What must be so; the candidate sees it.
    pub title: String,
    /// What it is worth.
    pub points: u32,
    /// The host that it is about; none: the main one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Checks that must pass before this one is run at all.
    pub requires: Vec<CheckId>,
    /// Checks whose judges are heard before this one, whatever they come to; this one goes on with
    /// what they carry over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub follows: Vec<CheckId>,
    /// Time for the judge.
    pub timeout_seconds: u32,
    /// Script that decides, in a clean room. Of a declared check: as it is made before the
    /// parameters are filled in, for reviewers.
    pub judge_script: String,
    /// What is asked for, if the author wrote no judge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared: Option<Declared>,
    /// Script that is run first, in a copy of the candidate's machine.
    pub run: Option<RunScript>,
    /// Question that is asked from outside while the lab is live.
    pub probe: Option<ProbeTemplate>,
}

/// A script that runs in a copy of the candidate's machine before the judge decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunScript {
    /// The script.
    pub script: String,
    /// Time for it.
    pub timeout_seconds: u32,
}

/// A probe before its parameters are filled in: each field may hold `{{name}}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProbeTemplate {
    /// An HTTP GET.
    Http {
        /// Port of the lab.
        port: String,
        /// Path, with the leading slash.
        path: String,
        /// Value of the `Host` header.
        host: Option<String>,
    },
    /// Whether a TCP port takes connections.
    Tcp {
        /// Port of the lab.
        port: String,
    },
}

/// A question asked from outside, on the live lab.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Probe {
    /// An HTTP GET.
    Http {
        /// Port of the lab.
        port: u16,
        /// Path, with the leading slash.
        path: String,
        /// Value of the `Host` header.
        host: Option<String>,
    },
    /// Whether a TCP port takes connections.
    Tcp {
        /// Port of the lab.
        port: u16,
    },
}

/// A realistic way to fake the result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cheat {
    /// Name of its file.
    pub name: String,
    /// The script.
    pub script: String,
}

/// A task with the values of one candidate filled in everywhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskInstance {
    /// The task.
    pub task_id: TaskId,
    /// Short name that the candidate sees.
    pub title: String,
    /// Name of the lab image.
    pub image: String,
    /// Names of the lab's hosts, at least one, the main one first.
    pub hosts: Vec<String>,
    /// What each host may use.
    pub limits: Limits,
    /// The values, also given to scripts as [`Values::environment`].
    pub values: Values,
    /// What the candidate has to do, in Markdown.
    pub statement: String,
    /// Script that prepares the lab.
    pub setup: String,
    /// Script that each host runs when it goes back to a checkpoint.
    pub boot: String,
    /// Script that solves the task.
    pub solution: String,
    /// What is checked.
    pub checks: Vec<CheckInstance>,
    /// Scripts that fake the result.
    pub cheats: Vec<Cheat>,
}

/// A check with the values of one candidate filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckInstance {
    /// Id, unique in the task.
    pub id: CheckId,
    /// What must be so; the candidate sees it.
    pub title: String,
    /// What it is worth.
    pub points: u32,
    /// The host that it is about.
    pub host: String,
    /// Checks that must pass before this one is run at all.
    pub requires: Vec<CheckId>,
    /// Checks whose judges are heard before this one.
    pub follows: Vec<CheckId>,
    /// Time for the judge.
    pub timeout_seconds: u32,
    /// Script that decides, in a clean room.
    pub judge_script: String,
    /// Script that is run first, in a copy of the candidate's machine.
    pub run: Option<RunScript>,
    /// Question that is asked from outside while the lab is live.
    pub probe: Option<Probe>,
}

/// The values do not fit the task.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InstantiateError {
    /// A text names a parameter that has no value.
    #[error("{place}: {source}")]
    Template {
        /// Which text: `statement`, `setup`, `checks/<id>/judge` and so on.
        place: String,
        /// What it names.
        source: TemplateError,
    },
    /// A declared check is not sound with these values.
    #[error("check {check}: {source}")]
    Declared {
        /// The check.
        check: CheckId,
        /// What is wrong.
        source: DeclarationError,
    },
    /// The port of a probe is not a number from 1 to 65535.
    #[error("check {check}: `{port}` is not a port")]
    Port {
        /// The check.
        check: CheckId,
        /// The port after filling in.
        port: String,
    },
}

impl Task {
    /// The values that a seed draws for this task.
    #[must_use]
    pub fn draw_values(&self, seed: &[u8; 32]) -> Values {
        Values::draw(&self.parameters, seed, self.id.as_str())
    }

    /// Names of the lab's hosts, at least one, the main one first.
    #[must_use]
    pub fn host_names(&self) -> Vec<String> {
        match self.hosts.as_slice() {
            [] => vec![ONLY_HOST.to_owned()],
            hosts => hosts.to_vec(),
        }
    }

    /// What all checks together are worth.
    #[must_use]
    pub fn points(&self) -> u32 {
        self.checks
            .iter()
            .fold(0, |sum, check| sum.saturating_add(check.points))
    }

    /// Name of this version: SHA-256 in hex over the canonical JSON. Any change changes it.
    #[must_use]
    pub fn digest(&self) -> String {
        crate::digest::digest(self)
    }

    /// The task with the values filled in.
    ///
    /// # Errors
    /// A text names a parameter without a value, or a port is none.
    pub fn instantiate(&self, values: &Values) -> Result<TaskInstance, InstantiateError> {
        let put = |place: &str, text: &str| {
            fill(text, values).map_err(|source| InstantiateError::Template {
                place: place.to_owned(),
                source,
            })
        };
        let hosts = self.host_names();
        let checks = self
            .checks
            .iter()
            .map(|check| check.instantiate(&hosts[0], values, &put))
            .collect::<Result<_, _>>()?;
        let cheats = self
            .cheats
            .iter()
            .map(|cheat| {
                let script = put(&format!("cheats/{}", cheat.name), &cheat.script)?;
                Ok(Cheat {
                    name: cheat.name.clone(),
                    script,
                })
            })
            .collect::<Result<_, _>>()?;
        Ok(TaskInstance {
            task_id: self.id.clone(),
            title: self.title.clone(),
            image: self.image.clone(),
            hosts,
            limits: self.limits,
            values: values.clone(),
            statement: put("statement", &self.statement)?,
            setup: put("setup", &self.setup)?,
            boot: put("boot", &self.boot)?,
            solution: put("solution", &self.solution)?,
            checks,
            cheats,
        })
    }
}

impl Check {
    fn instantiate(
        &self,
        main_host: &str,
        values: &Values,
        put: &impl Fn(&str, &str) -> Result<String, InstantiateError>,
    ) -> Result<CheckInstance, InstantiateError> {
        let put = |part: &str, text: &str| put(&format!("checks/{}/{part}", self.id), text);
        let port = |text: &str| {
            let port = put("probe", text)?;
            match port.parse() {
                Ok(number @ 1..) => Ok(number),
                _ => Err(InstantiateError::Port {
                    check: self.id.clone(),
                    port,
                }),
            }
        };
        let judge_script = match &self.declared {
            None => put("judge", &self.judge_script)?,
            Some(declared) => declared
                .fill(values)
                .map_err(|source| InstantiateError::Declared {
                    check: self.id.clone(),
                    source,
                })?
                .script(self.timeout_seconds),
        };
        let run = match &self.run {
            Some(run) => Some(RunScript {
                script: put("run", &run.script)?,
                ..run.clone()
            }),
            None => None,
        };
        let probe = match &self.probe {
            Some(ProbeTemplate::Http {
                port: number,
                path,
                host,
            }) => Some(Probe::Http {
                port: port(number)?,
                path: put("probe", path)?,
                host: host.as_ref().map(|host| put("probe", host)).transpose()?,
            }),
            Some(ProbeTemplate::Tcp { port: number }) => Some(Probe::Tcp {
                port: port(number)?,
            }),
            None => None,
        };
        Ok(CheckInstance {
            id: self.id.clone(),
            title: put("title", &self.title)?,
            points: self.points,
            host: self.host.clone().unwrap_or_else(|| main_host.to_owned()),
            requires: self.requires.clone(),
            follows: self.follows.clone(),
            timeout_seconds: self.timeout_seconds,
            judge_script,
            run,
            probe,
        })
    }
}
