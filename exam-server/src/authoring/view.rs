//! What examiners see of the bank, on the wire. Only `Examiner` routes answer with these: they carry keys.

use question_bank::{
    Blueprint, Check, CognitiveLevel, Fault, Item, ItemKind, ItemScoring, Task, TaskProof,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::authoring::load::LoadedBank;
use crate::http::markdown::{to_html, to_inline_html, to_text};

/// The snake_case name of a value that serialises as one.
fn name<T: Serialize>(value: T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct BankView {
    pub id: String,
    pub title: String,
    pub version: u32,
    pub license: String,
    pub domains: Vec<DomainCount>,
    pub items: usize,
    pub tasks: usize,
    pub blueprints: Vec<BlueprintView>,
    pub faults: usize,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DomainCount {
    pub id: String,
    pub title: String,
    pub description: String,
    pub items: usize,
    pub tasks: usize,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct BlueprintView {
    pub id: String,
    pub title: String,
    pub certification: String,
    pub time_limit_minutes: u32,
    pub cut_score_percent: u32,
    pub sections: Vec<BlueprintSectionView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct BlueprintSectionView {
    pub id: String,
    pub title: String,
    /// `items` or `tasks`
    pub kind: String,
    pub count: u32,
    pub weight_percent: u32,
    pub minimum_percent: u32,
    pub domains: std::collections::BTreeMap<String, u32>,
}

impl From<&Blueprint> for BlueprintView {
    fn from(blueprint: &Blueprint) -> Self {
        let section = |section: &question_bank::BlueprintSection| BlueprintSectionView {
            id: section.id.to_string(),
            title: section.title.clone(),
            kind: name(section.kind),
            count: section.count,
            weight_percent: section.weight_percent,
            minimum_percent: section.minimum_percent,
            domains: section
                .domains
                .iter()
                .map(|(id, count)| (id.to_string(), *count))
                .collect(),
        };
        Self {
            id: blueprint.id.to_string(),
            title: blueprint.title.clone(),
            certification: blueprint.certification.to_string(),
            time_limit_minutes: blueprint.time_limit_minutes,
            cut_score_percent: blueprint.cut_score_percent,
            sections: blueprint.sections.iter().map(section).collect(),
        }
    }
}

impl From<&LoadedBank> for BankView {
    fn from(loaded: &LoadedBank) -> Self {
        let bank = &loaded.bank;
        let domain = |domain: &question_bank::Domain| DomainCount {
            id: domain.id.to_string(),
            title: domain.title.clone(),
            description: domain.description.clone(),
            items: bank
                .items
                .values()
                .filter(|item| item.domain == domain.id)
                .count(),
            tasks: bank
                .tasks
                .values()
                .filter(|task| task.domain == domain.id)
                .count(),
        };
        Self {
            id: bank.id.to_string(),
            title: bank.title.clone(),
            version: bank.version,
            license: bank.license.clone(),
            domains: bank.domains.iter().map(domain).collect(),
            items: bank.items.len(),
            tasks: bank.tasks.len(),
            blueprints: bank.blueprints.values().map(BlueprintView::from).collect(),
            faults: loaded.faults.len(),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ItemSummary {
    pub item_id: String,
    pub kind: String,
    pub domain: String,
    pub cognitive_level: String,
    pub facility_estimate: f64,
    pub time_seconds: u32,
    pub stem_text: String,
    pub options: usize,
    pub version_digest: String,
}

impl From<&Item> for ItemSummary {
    fn from(item: &Item) -> Self {
        Self {
            item_id: item.id.to_string(),
            kind: name::<ItemKind>(item.kind),
            domain: item.domain.to_string(),
            cognitive_level: name::<CognitiveLevel>(item.cognitive_level),
            facility_estimate: item.facility_estimate,
            time_seconds: item.time_seconds,
            stem_text: to_text(&item.stem, 140),
            options: item.options.len(),
            version_digest: item.digest(),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ItemView {
    #[serde(flatten)]
    pub summary: ItemSummary,
    pub scoring: String,
    pub is_shuffled: bool,
    pub stem_html: String,
    pub option_views: Vec<ItemOptionView>,
    pub references: Vec<String>,
    pub enemies: Vec<String>,
    /// The file as its author wrote it
    pub source: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ItemOptionView {
    pub id: String,
    pub html: String,
    pub is_key: bool,
    pub rationale_html: String,
}

impl ItemView {
    pub fn new(item: &Item, source: String) -> Self {
        let option = |option: &question_bank::ItemOption| ItemOptionView {
            id: option.id.to_string(),
            html: to_inline_html(&option.text),
            is_key: option.is_key,
            rationale_html: to_inline_html(&option.rationale),
        };
        Self {
            summary: item.into(),
            scoring: name::<ItemScoring>(item.scoring),
            is_shuffled: item.shuffle,
            stem_html: to_html(&item.stem),
            option_views: item.options.iter().map(option).collect(),
            references: item.references.clone(),
            enemies: item.enemies.iter().map(ToString::to_string).collect(),
            source,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct TaskSummary {
    pub task_id: String,
    pub title: String,
    pub domain: String,
    pub cognitive_level: String,
    pub facility_estimate: f64,
    pub time_seconds: u32,
    pub image: String,
    pub checks: usize,
    pub points: u32,
    pub version_digest: String,
}

impl From<&Task> for TaskSummary {
    fn from(task: &Task) -> Self {
        Self {
            task_id: task.id.to_string(),
            title: task.title.clone(),
            domain: task.domain.to_string(),
            cognitive_level: name(task.cognitive_level),
            facility_estimate: task.facility_estimate,
            time_seconds: task.time_seconds,
            image: task.image.clone(),
            checks: task.checks.len(),
            points: task.points(),
            version_digest: task.digest(),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct TaskView {
    #[serde(flatten)]
    pub summary: TaskSummary,
    pub statement_html: String,
    pub check_views: Vec<CheckView>,
    pub setup: String,
    pub solution: String,
    pub cheats: Vec<ScriptView>,
    pub parameters: Vec<String>,
    pub references: Vec<String>,
    pub proof: Option<ProofView>,
}

/// What was shown on real labs about just this version of a task
#[derive(Debug, Serialize, ToSchema)]
pub struct ProofView {
    /// RFC 3339, UTC
    pub proved_at: String,
    /// For how many candidates' values
    pub seeds: u8,
    pub image_digest: String,
}

impl From<&TaskProof> for ProofView {
    fn from(proof: &TaskProof) -> Self {
        Self {
            proved_at: proof.proved_at.clone(),
            seeds: proof.seeds,
            image_digest: proof.image_digest.clone(),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CheckView {
    pub id: String,
    pub title: String,
    pub points: u32,
    pub requires: Vec<String>,
    pub judge_script: String,
    pub run_script: Option<String>,
    /// What is asked from outside, in words
    pub probe: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ScriptView {
    pub name: String,
    pub script: String,
}

impl From<&Check> for CheckView {
    fn from(check: &Check) -> Self {
        use question_bank::ProbeTemplate;
        let probe = check.probe.as_ref().map(|probe| match probe {
            ProbeTemplate::Http { port, path, host } => {
                format!(
                    "HTTP GET {path} on port {port}, host {}",
                    host.as_deref().unwrap_or("-")
                )
            }
            ProbeTemplate::Tcp { port } => format!("TCP connect to port {port}"),
        });
        Self {
            id: check.id.to_string(),
            title: check.title.clone(),
            points: check.points,
            requires: check.requires.iter().map(ToString::to_string).collect(),
            judge_script: check.judge_script.clone(),
            run_script: check.run.as_ref().map(|run| run.script.clone()),
            probe,
        }
    }
}

impl TaskView {
    /// A task of the bank with the record of its proof.
    pub fn new(task: &Task, proof: Option<&TaskProof>) -> Self {
        let cheat = |cheat: &question_bank::Cheat| ScriptView {
            name: cheat.name.clone(),
            script: cheat.script.clone(),
        };
        let parameter = |(parameter, draw): (&String, &question_bank::Parameter)| {
            format!(
                "{parameter}: {}",
                serde_json::to_string(draw).unwrap_or_default()
            )
        };
        Self {
            summary: task.into(),
            statement_html: to_html(&task.statement),
            check_views: task.checks.iter().map(CheckView::from).collect(),
            setup: task.setup.clone(),
            solution: task.solution.clone(),
            cheats: task.cheats.iter().map(cheat).collect(),
            parameters: task.parameters.iter().map(parameter).collect(),
            references: task.references.clone(),
            proof: proof.map(ProofView::from),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct FaultView {
    pub file: String,
    pub line: u32,
    pub column: u32,
    pub code: String,
    pub message: String,
    pub hint: String,
}

impl From<&Fault> for FaultView {
    fn from(fault: &Fault) -> Self {
        Self {
            file: fault.file.clone(),
            line: fault.line,
            column: fault.column,
            code: fault.code.to_string(),
            message: fault.message.clone(),
            hint: fault.hint.clone(),
        }
    }
}
