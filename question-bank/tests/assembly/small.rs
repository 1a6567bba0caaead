//! Small banks and blueprints.

use std::collections::BTreeMap;

use question_bank::{
    Bank, Blueprint, BlueprintSection, Check, CognitiveLevel, Domain, History, Item, ItemKind,
    ItemOption, ItemScoring, Limits, Parameter, SectionKind, Task,
};

const DOMAINS: [&str; 2] = ["git", "shell"];

/// One item or task of a small bank.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) is_task: bool,
    pub(crate) domain: usize,
    pub(crate) time_seconds: u32,
    pub(crate) enemies: Vec<usize>,
    pub(crate) is_seen: bool,
}

impl Entry {
    pub(crate) fn item(domain: usize) -> Self {
        Self {
            is_task: false,
            domain,
            time_seconds: 60,
            enemies: vec![],
            is_seen: false,
        }
    }

    pub(crate) fn task(domain: usize) -> Self {
        Self {
            is_task: true,
            ..Self::item(domain)
        }
    }
}

pub(crate) fn name(index: usize) -> String {
    format!("e{index}")
}

pub(crate) fn item(index: usize, entry: &Entry) -> Item {
    let option = |letter: char| ItemOption {
        id: letter.to_string().parse().unwrap(),
        text: letter.to_string(),
        is_key: letter == 'a',
        rationale: "because".into(),
    };
    Item {
        id: name(index).parse().unwrap(),
        kind: ItemKind::SingleChoice,
        domain: DOMAINS[entry.domain].parse().unwrap(),
        cognitive_level: CognitiveLevel::Apply,
        facility_estimate: 0.5,
        time_seconds: entry.time_seconds,
        references: vec![],
        enemies: entry
            .enemies
            .iter()
            .map(|i| name(*i).parse().unwrap())
            .collect(),
        scoring: ItemScoring::Partial,
        shuffle: true,
        stem: "What?".into(),
        options: ['a', 'b', 'c', 'd'].map(option).into(),
    }
}

pub(crate) fn task(index: usize, entry: &Entry) -> Task {
    Task {
        id: name(index).parse().unwrap(),
        title: "Do".into(),
        domain: DOMAINS[entry.domain].parse().unwrap(),
        cognitive_level: CognitiveLevel::Apply,
        facility_estimate: 0.5,
        time_seconds: entry.time_seconds,
        image: "base".into(),
        references: vec![],
        enemies: entry
            .enemies
            .iter()
            .map(|i| name(*i).parse().unwrap())
            .collect(),
        limits: Limits::default(),
        parameters: BTreeMap::from([("token".into(), Parameter::Token(12))]),
        statement: "Do it.".into(),
        setup: "true".into(),
        boot: String::new(),
        solution: "true".into(),
        hosts: Vec::new(),
        checks: vec![Check {
            host: None,
            id: "done".parse().unwrap(),
            title: "Done".into(),
            points: 10,
            requires: vec![],
            follows: vec![],
            timeout_seconds: 20,
            judge_script: "pass".into(),
            declared: None,
            run: None,
            probe: None,
        }],
        cheats: vec![],
    }
}

pub(crate) fn bank(entries: &[Entry]) -> Bank {
    let all = || entries.iter().enumerate();
    let domain = |id: &str| Domain {
        id: id.parse().unwrap(),
        title: id.into(),
        description: id.into(),
    };
    Bank {
        id: "small".parse().unwrap(),
        title: "Small".into(),
        language: "en".into(),
        license: "CC0-1.0".into(),
        version: 1,
        domains: DOMAINS.map(domain).into(),
        items: all()
            .filter(|(_, e)| !e.is_task)
            .map(|(i, e)| (name(i).parse().unwrap(), item(i, e)))
            .collect(),
        tasks: all()
            .filter(|(_, e)| e.is_task)
            .map(|(i, e)| (name(i).parse().unwrap(), task(i, e)))
            .collect(),
        blueprints: BTreeMap::new(),
        certifications: BTreeMap::new(),
        proofs: BTreeMap::new(),
    }
}

pub(crate) fn history(entries: &[Entry]) -> History {
    let seen = |is_task| {
        entries
            .iter()
            .enumerate()
            .filter(move |(_, e)| e.is_seen && e.is_task == is_task)
    };
    History {
        items: seen(false).map(|(i, _)| name(i).parse().unwrap()).collect(),
        tasks: seen(true).map(|(i, _)| name(i).parse().unwrap()).collect(),
    }
}

/// A section: tasks or items, and how many of each domain or of any.
#[derive(Debug, Clone)]
pub(crate) enum Counts {
    Any(u32),
    /// So many of this domain, said by where to draw from.
    From(usize, u32),
    Domains([u32; 2]),
}

pub(crate) fn blueprint(sections: &[(bool, Counts)], time_limit_minutes: u32) -> Blueprint {
    let section = |(index, (is_task, counts)): (usize, &(bool, Counts))| BlueprintSection {
        labs: question_bank::LabPolicy::default(),
        from: match counts {
            Counts::From(domain, _) => [DOMAINS[*domain].parse().unwrap()].into(),
            _ => std::collections::BTreeSet::new(),
        },
        id: format!("s{index}").parse().unwrap(),
        title: "Section".into(),
        kind: if *is_task {
            SectionKind::Tasks
        } else {
            SectionKind::Items
        },
        count: match counts {
            Counts::Any(count) | Counts::From(_, count) => *count,
            Counts::Domains(counts) => counts.iter().sum(),
        },
        weight_percent: 50,
        minimum_percent: 0,
        domains: match counts {
            Counts::Any(_) | Counts::From(..) => BTreeMap::new(),
            Counts::Domains(counts) => DOMAINS
                .iter()
                .zip(counts)
                .filter(|(_, count)| **count > 0)
                .map(|(domain, count)| (domain.parse().unwrap(), *count))
                .collect(),
        },
    };
    Blueprint {
        id: "small".parse().unwrap(),
        title: "Small".into(),
        certification: "small".parse().unwrap(),
        time_limit_minutes,
        cut_score_percent: 70,
        sections: sections.iter().enumerate().map(section).collect(),
    }
}
