//! The files that a scenario names: scripts, texts and assets.

use super::Reader;
use crate::FaultCode;
use crate::import::BANK_FILE_BYTES_MAX;
use crate::import::killercoda::assets;
use crate::import::killercoda::index::Asset;
use crate::import::killercoda::task::one_line;
use crate::import::killercoda::tree::{inside, resolve};

/// All texts and scripts of a scenario together.
const TEXT_BYTES_MAX: usize = 4 * 1024 * 1024;

/// A file that the index names.
pub(super) enum Named {
    /// It names none.
    None,
    /// There is none.
    Missing,
    /// It cannot be used; that is a fault already.
    Refused,
    Text(String),
}

impl Reader<'_> {
    pub(super) fn assets(&mut self, assets: &[Asset]) {
        let folder = inside(self.folder, "assets");
        for asset in assets {
            let is_text = |text: &str| !text.chars().any(char::is_control);
            if resolve("", &asset.file).as_deref() != Some(asset.file.trim_start_matches("./")) {
                let message = format!(
                    "the asset `{}` leads out of `assets`",
                    one_line(&asset.file)
                );
                self.fault(
                    &asset.file,
                    FaultCode::PathOutside,
                    &message,
                    "name a file below `assets`",
                );
                continue;
            }
            if !is_text(&asset.target) {
                let message = "a target has a control character";
                self.fault(
                    &asset.target,
                    FaultCode::BadValue,
                    message,
                    "name a folder of the machine",
                );
                continue;
            }
            let pattern = asset.file.trim_start_matches("./");
            let found = assets::matching(self.tree, &folder, pattern);
            if found.is_empty() && !self.is_refused(&inside(&folder, pattern)) {
                let reason = format!("the asset `{}` is missing", one_line(&asset.file));
                self.quarantine.push(reason);
            }
            if asset.chmod.is_some() && assets::mode(asset).is_none() {
                let reason = format!(
                    "the `chmod` of the asset `{}` is none",
                    one_line(&asset.file)
                );
                self.lose(None, reason);
            }
            for (path, below) in found {
                let path = inside(&folder, path);
                let bytes = match self.tree.bytes(&path) {
                    Ok(bytes) => bytes.unwrap_or_default(),
                    Err(fault) => {
                        self.faults.push(fault);
                        continue;
                    }
                };
                self.setup.push_str(&assets::commands(asset, &below, bytes));
                if self.setup.len() > BANK_FILE_BYTES_MAX {
                    let message = format!(
                        "all assets together do not fit into a setup of {BANK_FILE_BYTES_MAX} bytes"
                    );
                    let hint = "import fewer or smaller files";
                    self.fault(&asset.file, FaultCode::TooLarge, &message, hint);
                    // One fault says it.
                    self.setup.clear();
                    return;
                }
            }
        }
    }

    /// Notes the fault of a file that is there and cannot be used, or lies behind a link.
    fn is_refused(&mut self, path: &str) -> bool {
        let refused = self.tree.bytes(path).err();
        let is_refused = refused.is_some();
        self.faults.extend(refused);
        is_refused
    }

    /// The content of a file that is named. Without it the task is not what its author made.
    pub(super) fn needed(
        &mut self,
        step: &str,
        name: Option<&String>,
        what: &str,
    ) -> Option<String> {
        match self.named(step, name, what) {
            Named::Text(text) => Some(text),
            Named::None | Named::Refused => None,
            Named::Missing => {
                let name = one_line(name.map(String::as_str).unwrap_or_default());
                let reason = format!("{step}: its {what} `{name}` is missing");
                self.quarantine.push(reason);
                None
            }
        }
    }

    pub(super) fn named(&mut self, step: &str, name: Option<&String>, what: &str) -> Named {
        let Some(name) = name.filter(|name| !name.trim().is_empty()) else {
            return Named::None;
        };
        let Some(path) = resolve("", name) else {
            let message = format!(
                "the {what} of {step} leads out of the scenario: `{}`",
                one_line(name)
            );
            let hint = "put the file into the scenario's folder";
            self.fault(name, FaultCode::PathOutside, &message, hint);
            return Named::Refused;
        };
        match self.tree.text(&inside(self.folder, &path)) {
            Ok(Some(text)) => {
                // A short index can name a long file very often.
                self.bytes = self.bytes.saturating_add(text.len());
                if self.bytes <= TEXT_BYTES_MAX {
                    return Named::Text(text);
                }
                let message =
                    format!("its texts and scripts have more than {TEXT_BYTES_MAX} bytes together");
                let hint = "divide the scenario";
                self.fault("details", FaultCode::TooLarge, &message, hint);
                Named::Refused
            }
            Ok(None) => Named::Missing,
            Err(fault) => {
                self.faults.push(fault);
                Named::Refused
            }
        }
    }
}
