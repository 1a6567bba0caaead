//! Items, tasks, blueprints and forms: the rules of an exam as pure functions.
//!
//! This crate reads no file, no clock, no environment and draws no randomness of its own: file
//! contents and seeds are arguments. So every rule can be tested, repeated and explained.
//!
//! - A [`Bank`] is loaded from the files of a folder, with a [`Fault`] for everything wrong in it.
//! - A [`Blueprint`] says what a form must contain; [`assemble`] draws a [`Form`] from it.
//! - [`import_killercoda`] makes tasks of other people's scenarios, and says what was lost.
//! - [`score_item`] and [`score_form`] turn responses and check outcomes into a [`FormScore`].
//!
//! Scores are integer [`Millipoints`]. Nothing that a candidate sees can carry a key: see
//! [`CandidateItem`].
#![deny(missing_docs)]

mod bank;
mod blueprint;
mod certification;
mod check_kind;
mod digest;
mod draw;
mod fault;
mod form;
mod id;
mod import;
mod item;
mod parameters;
mod proof;
mod response;
mod score;
mod task;

pub use bank::{Bank, Domain, Loaded, SourceFile, Unloadable};
pub use blueprint::{Blueprint, BlueprintSection, LabPolicy, SectionKind};
pub use certification::Certification;
pub use check_kind::{
    BlobFacts, CheckKind, ContentFacts, DeclarationError, Declared, FileFacts, GitFacts, HttpFacts,
    OutputFacts, TextFacts, UndamagedFacts, ValueFacts,
};
pub use draw::SeededDraw;
pub use fault::{Fault, FaultCode};
pub use form::{
    AssemblyRequest, Form, FormEntry, FormItem, FormSection, FormTask, History, Infeasible,
    Shortfall, assemble,
};
pub use id::{
    BankId, BlueprintId, CertificationId, CheckId, DomainId, EnemyId, InvalidId, ItemId, OptionId,
    SectionId, TaskId,
};
pub use import::{
    BANK_FILE_BYTES_MAX, ImportContent, ImportFile, ImportRefused, ImportStatus, ImportedTask,
    Loss, import_killercoda,
};
pub use item::{
    CandidateItem, CandidateOption, CognitiveLevel, Item, ItemKind, ItemOption, ItemScoring,
    OptionOrderError,
};
pub use parameters::{Parameter, TemplateError, Values, fill};
pub use proof::{NEEDED_PROOFS, TaskProof, Unproved};
pub use response::{Millipoints, Response, ResponseError, score_item, validate_response};
pub use score::{DomainScore, FormScore, Outcome, ScoreState, SectionScore, TaskScore, score_form};
pub use task::{
    Cheat, Check, CheckInstance, InstantiateError, Limits, Probe, ProbeTemplate, RunScript, Task,
    TaskInstance,
};
