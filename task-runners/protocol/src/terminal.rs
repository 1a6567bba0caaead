//! Sizes and limits of terminals.

use serde::{Deserialize, Serialize};

/// How many terminals a lab can have.
pub const TERMINALS_MAX: u8 = 4;
/// The widest terminal.
pub const COLUMNS_MAX: u16 = 500;
/// The highest terminal.
pub const ROWS_MAX: u16 = 200;
/// How many bytes the runner sends before it waits for acknowledgements.
pub const UNACKNOWLEDGED_BYTES_MAX: usize = 128 * 1024;

/// Size of a terminal, in character cells; always inside the limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "RawSize")]
pub struct TerminalSize {
    columns: u16,
    rows: u16,
}

#[derive(Deserialize)]
struct RawSize {
    columns: u16,
    rows: u16,
}

impl From<RawSize> for TerminalSize {
    fn from(raw: RawSize) -> Self {
        Self::new(raw.columns, raw.rows)
    }
}

impl TerminalSize {
    /// The nearest size inside the limits.
    #[must_use]
    pub fn new(columns: u16, rows: u16) -> Self {
        Self {
            columns: columns.clamp(1, COLUMNS_MAX),
            rows: rows.clamp(1, ROWS_MAX),
        }
    }

    /// Number of columns.
    #[must_use]
    pub fn columns(self) -> u16 {
        self.columns
    }

    /// Number of rows.
    #[must_use]
    pub fn rows(self) -> u16 {
        self.rows
    }
}

impl Default for TerminalSize {
    fn default() -> Self {
        Self::new(80, 24)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_clamped_also_from_the_wire() {
        assert_eq!(TerminalSize::new(0, 65535), TerminalSize::new(1, ROWS_MAX));
        let size: TerminalSize = serde_json::from_str(r#"{"columns":65535,"rows":0}"#).unwrap();
        assert_eq!((size.columns(), size.rows()), (COLUMNS_MAX, 1));
    }
}
