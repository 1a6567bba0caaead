//! What is wrong in a bank, where, and what to do about it.

use serde::{Deserialize, Serialize};

/// One thing wrong in one place of a bank.
///
/// The order of the fields gives the order of a report: by file, then line, then column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Fault {
    /// Path of the file inside the bank.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// What kind of fault it is.
    pub code: FaultCode,
    /// What is wrong, for a person.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

macro_rules! fault_codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// The kinds of fault. The text form is stable: tools may rely on it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum FaultCode {
            $($(#[$doc])* #[serde(rename = $text)] $name,)*
        }

        impl FaultCode {
            /// Every code there is.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The code as `snake_case` text, as in JSON.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

fault_codes! {
    /// A file is not UTF-8 text.
    InvalidUtf8 = "invalid_utf8",
    /// An item does not start with a `+++` block, or the block does not end.
    MissingFrontMatter = "missing_front_matter",
    /// A file is not TOML.
    BadToml = "bad_toml",
    /// A field that the format does not have.
    UnknownField = "unknown_field",
    /// A field that must be there is not.
    MissingField = "missing_field",
    /// A field has a value of the wrong type or out of its range.
    BadValue = "bad_value",
    /// An id is not lower-case letters, digits and hyphens.
    BadId = "bad_id",
    /// The name of a file or folder is not the id inside.
    FileNameMismatch = "file_name_mismatch",
    /// An item lies in the folder of another domain.
    WrongFolder = "wrong_folder",
    /// A file that no part of the bank uses.
    UnexpectedFile = "unexpected_file",
    /// A file that must be there is not.
    MissingFile = "missing_file",
    /// A file that must say something is empty.
    EmptyFile = "empty_file",
    /// Two things have the same id.
    DuplicateId = "duplicate_id",
    /// A domain that `bank.toml` does not name.
    UnknownDomain = "unknown_domain",
    /// A kind of item or section that does not exist.
    UnknownKind = "unknown_kind",
    /// A cognitive level that does not exist.
    BadCognitiveLevel = "bad_cognitive_level",
    /// A facility estimate out of 0 to 1.
    BadFacility = "bad_facility",
    /// A time or time limit of zero, or out of all reason.
    BadTime = "bad_time",
    /// A scoring that does not exist or does not fit the kind of item.
    BadScoring = "bad_scoring",
    /// An item asks nothing.
    EmptyStem = "empty_stem",
    /// An item has too few or too many options.
    BadOptionCount = "bad_option_count",
    /// An option without text.
    EmptyOption = "empty_option",
    /// Two options of an item have the same text.
    DuplicateOption = "duplicate_option",
    /// No option is a key.
    NoKey = "no_key",
    /// More than one option of a single choice is a key.
    ManyKeys = "many_keys",
    /// Every option is a key.
    NoDistractor = "no_distractor",
    /// An option does not say why it is right or wrong.
    MissingRationale = "missing_rationale",
    /// An enemy that is not in the bank.
    UnknownEnemy = "unknown_enemy",
    /// Something is its own enemy.
    SelfEnemy = "self_enemy",
    /// A task without a proof of just this version: it is not in any exam.
    UnprovedTask = "unproved_task",
    /// A task without checks.
    NoChecks = "no_checks",
    /// A check worth nothing.
    ZeroPoints = "zero_points",
    /// Something requires what does not exist.
    UnknownRequirement = "unknown_requirement",
    /// Something requires itself, directly or through others.
    RequirementCycle = "requirement_cycle",
    /// A text uses a parameter that the task does not have.
    UnknownParameter = "unknown_parameter",
    /// A parameter cannot be drawn.
    BadParameter = "bad_parameter",
    /// A probe cannot be asked.
    BadProbe = "bad_probe",
    /// Nothing or more than one thing decides a check, or what it is about is not there.
    BadCheck = "bad_check",
    /// A pattern is no regular expression that all readers take alike.
    BadPattern = "bad_pattern",
    /// Permissions that are not three or four octal digits in quotes.
    BadMode = "bad_mode",
    /// A pointer does not say where a value is.
    BadPointer = "bad_pointer",
    /// A host has no name that a machine can have, or a check names one that is not there.
    BadHost = "bad_host",
    /// The weights of the sections of a blueprint do not add up to 100.
    BadWeights = "bad_weights",
    /// A count of zero, out of all reason, or not the sum of its parts.
    BadCount = "bad_count",
    /// A percentage out of 0 to 100.
    BadPercent = "bad_percent",
    /// A certification that is not in the bank.
    UnknownCertification = "unknown_certification",
    /// A blueprint that is not in the bank.
    UnknownBlueprint = "unknown_blueprint",
    /// A certification names a blueprint that is of another certification.
    ReferenceMismatch = "reference_mismatch",
    /// A blueprint asks for more than the bank has.
    Infeasible = "infeasible",
    /// A file is not JSON, or not of the form that an import expects.
    BadJson = "bad_json",
    /// A path or a link leads out of the folder that is imported.
    PathOutside = "path_outside",
    /// A file, or what is made of it, is larger than a file of a bank may be.
    TooLarge = "too_large",
    /// A course that is imported includes itself.
    CourseCycle = "course_cycle",
    /// Courses inside courses, or folders inside folders, beyond all reason.
    TooDeep = "too_deep",
}

impl std::fmt::Display for FaultCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            file,
            line,
            column,
            code,
            message,
            hint,
        } = self;
        write!(f, "{file}:{line}:{column}: {code}: {message}")?;
        if hint.is_empty() {
            Ok(())
        } else {
            write!(f, " ({hint})")
        }
    }
}
