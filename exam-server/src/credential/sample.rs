//! An award for tests: made up, but of the shape of real ones.

use question_bank::{
    Certification, DomainId, DomainScore, FormScore, Millipoints, ScoreState, SectionId,
    SectionKind, SectionScore,
};
use serde_json::Value;
use uuid::Uuid;

use crate::credential::document::{self, Achievement, AlignedDomain, Credential, Issuer};
use crate::credential::rules::{Second, valid_until};

/// A certification.
pub fn certification() -> Certification {
    Certification {
        id: "mde-foundation".parse().unwrap(),
        family: "mde".to_owned(),
        level: "Associate".to_owned(),
        title: "MDE Foundation".to_owned(),
        audience: "Aspiring professionals".to_owned(),
        requires: Vec::new(),
        valid_years: 2,
        blueprint: Some("mde-foundation".parse().unwrap()),
        description: "Works with Git, the shell, builds and networks.".to_owned(),
        criteria: "Pass the exam: **70 %** in total, half of each part.".to_owned(),
        skills: vec!["Git".to_owned(), "Shell".to_owned()],
    }
}

/// A passed score.
pub fn score() -> FormScore {
    let section = |id: &str, title: &str, kind, millis| SectionScore {
        id: SectionId::new(id).unwrap(),
        title: title.to_owned(),
        kind,
        earned: Millipoints(17_000),
        possible: Millipoints(20_000),
        score_percent_millis: millis,
        weight_percent: 50,
        minimum_percent: 50,
        reached: true,
    };
    let domain = |id: &str, theory, practice| DomainScore {
        domain: DomainId::new(id).unwrap(),
        theory_percent_millis: theory,
        practice_percent_millis: practice,
    };
    FormScore {
        state: ScoreState::Final,
        total_percent_millis: 87_349,
        cut_score_percent: 70,
        passed: Some(true),
        sections: vec![
            section("theory", "Theory", SectionKind::Items, 85_000),
            section("practice", "Practice", SectionKind::Tasks, 89_700),
        ],
        domains: vec![
            domain("git", Some(90_000), Some(100_000)),
            domain("shell", Some(80_000), None),
        ],
        tasks: Vec::new(),
    }
}

/// The claims of a certificate from `issuer`, valid for two years from a Unix second.
pub fn claims(issuer: &str, from: i64) -> Value {
    let certification = certification();
    let domains = vec![
        AlignedDomain {
            id: "git".to_owned(),
            title: "Git".to_owned(),
            description: "History and branches.".to_owned(),
        },
        AlignedDomain {
            id: "shell".to_owned(),
            title: "Shell and command line".to_owned(),
            description: String::new(),
        },
    ];
    let (measures, results) = document::measures(&score(), &domains)
        .into_iter()
        .map(|(measure, reached)| (measure.clone(), (measure.id, reached)))
        .unzip();
    let valid_from = Second(from);
    let credential = Credential {
        id: Uuid::from_u128(0x1111),
        subject_id: Uuid::from_u128(0x2222),
        issuer: Issuer {
            url: issuer,
            name: "Certs",
        },
        achievement: Achievement {
            certification: &certification,
            language: "en",
            framework: "DevOps",
            domains,
            measures,
        },
        exam_title: "MDE Foundation, November",
        results,
        valid_from,
        valid_until: valid_until(valid_from, certification.valid_years).unwrap(),
    };
    document::claims(&credential).unwrap()
}
