//! What stands beside an imported task, for the person who finishes it. A bank takes no notice of a read-me.

use question_bank::{ImportedTask, Loss};

/// The read-me of a task.
pub fn text(task: &ImportedTask) -> String {
    let mut text = format!("# Imported from `{}`\n", task.source);
    let parts = [
        ("Quarantined", task.quarantine.clone()),
        ("Lost", task.losses.iter().map(loss).collect()),
        ("To know", task.notes.clone()),
    ];
    for (title, lines) in parts.iter().filter(|(_, lines)| !lines.is_empty()) {
        text.push_str(&format!("\n## {title}\n\n"));
        for line in lines {
            text.push_str(&format!("- {}\n", line.replace('\n', "\n  ")));
        }
    }
    text
}

/// A loss in one line.
pub fn loss(loss: &Loss) -> String {
    match &loss.step {
        Some(step) => format!("{step}: {}", loss.reason),
        None => loss.reason.clone(),
    }
}
