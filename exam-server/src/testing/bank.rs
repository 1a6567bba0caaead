//! A small bank: 12 single choices (key `a`), 2 tasks, and two blueprints.

use std::path::Path;

use question_bank::{NEEDED_PROOFS, TaskProof};

use crate::authoring::load::LoadedBank;

const BANK: &str = r#"id = "test"
title = "Test bank"
language = "en"
license = "CC-BY-4.0"
version = 1

[[domains]]
id = "git"
title = "Git"
description = "Git."
"#;

const CERTIFICATION: &str = r#"id = "test"
family = "test"
level = "Foundation"
title = "Test Foundation"
audience = "Testers"
requires = []
valid_years = 2
blueprint = "theory"
description = "A test."
criteria = "Pass."
skills = ["Testing"]
"#;

const THEORY: &str = r#"id = "theory"
title = "Theory"
certification = "test"
time_limit_minutes = 60
cut_score_percent = 70

[[sections]]
id = "theory"
title = "Theory"
kind = "items"
count = 4
weight_percent = 100
minimum_percent = 50
"#;

const HYBRID: &str = r#"id = "hybrid"
title = "Hybrid"
certification = "test-hybrid"
time_limit_minutes = 60
cut_score_percent = 70

[[sections]]
id = "theory"
title = "Theory"
kind = "items"
count = 4
weight_percent = 50
minimum_percent = 50

[[sections]]
id = "practice"
title = "Practice"
kind = "tasks"
count = 1
labs = { cost_percent = 10 }
weight_percent = 50
minimum_percent = 50
"#;

const TASK: &str = r#"title = "Task of the word"
domain = "git"
cognitive_level = "apply"
facility_estimate = 0.5
time_seconds = 600
image = "base"
references = ["https://git-scm.com/docs"]
enemies = []
[parameters]
word = { pick = ["one", "two"] }
secret = { token = 12 }
[[checks]]
id = "done"
title = "The {{word}} is done"
points = 20
requires = []
timeout_seconds = 20
judge = "checks/done.sh"
[[checks]]
id = "clean"
title = "It is clean"
points = 5
requires = ["done"]
timeout_seconds = 20
judge = "checks/clean.sh"
"#;

fn item(id: &str, kind: &str, keys: usize) -> String {
    let mut text = format!(
        "+++\nid = \"{id}\"\nkind = \"{kind}\"\ndomain = \"git\"\ncognitive_level = \"apply\"\nfacility_estimate = 0.5\n\
         time_seconds = 60\nreferences = [\"https://git-scm.com/docs\"]\nenemies = []\n"
    );
    for option in 0..4 {
        text.push_str(&format!(
            "\n[[options]]\ntext = \"Option {option} of {id} <script>\"\nis_key = {}\nrationale = \"SECRET-RATIONALE {option}\"\n",
            option < keys
        ));
    }
    text.push_str(&format!(
        "+++\n\nThe stem of **{id}** <img src=x onerror=alert(1)>?\n"
    ));
    text
}

/// Writes the bank into a folder.
pub fn write(root: &Path) {
    let put = |path: &str, text: &str| {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    put("bank.toml", BANK);
    put("certifications/test.toml", CERTIFICATION);
    let hybrid = CERTIFICATION
        .replace("id = \"test\"", "id = \"test-hybrid\"")
        .replace("blueprint = \"theory\"", "blueprint = \"hybrid\"");
    put("certifications/test-hybrid.toml", &hybrid);
    put("blueprints/theory.toml", THEORY);
    put("blueprints/hybrid.toml", HYBRID);
    for number in 1..=12 {
        let id = format!("single-{number}");
        put(
            &format!("items/git/{id}.md"),
            &item(&id, "single_choice", 1),
        );
    }
    for id in ["task-1", "task-2"] {
        let file = |name: &str| format!("tasks/{id}/{name}");
        put(&file("task.toml"), &format!("id = \"{id}\"\n{TASK}"));
        put(&file("statement.md"), "Do the {{word}}.\n");
        put(&file("setup"), "#!/bin/bash\ntrue\n");
        put(&file("solution"), "#!/bin/bash\ntrue\n");
        put(
            &file("checks/done.sh"),
            ". /task/lib.sh\nSECRET_JUDGE=1\npass x\n",
        );
        put(&file("checks/clean.sh"), ". /task/lib.sh\npass x\n");
        put(&file("cheats/touch"), "#!/bin/bash\ntrue\n");
    }
    for task in LoadedBank::folder(root).unwrap().bank.tasks.values() {
        let proof = TaskProof {
            task_digest: task.digest(),
            image_digest: "of a test".to_owned(),
            seeds: 1,
            proved_at: "2026-01-01T00:00:00Z".to_owned(),
            proofs: NEEDED_PROOFS.map(str::to_owned).into(),
        };
        put(
            &format!("tasks/{}/proof.toml", task.id),
            &toml::to_string(&proof).unwrap(),
        );
    }
}
