//! What a terminal shows, kept so that a viewer who comes later sees all of it.

use std::num::NonZeroU16;
use std::panic::{AssertUnwindSafe, catch_unwind};

use task_protocol::TerminalSize;
use vt100::capture::{BasicFormattedCaptureRange, BasicFormattedCaptureState};

/// Lines above the screen that are kept.
const SCROLLBACK_LINES: usize = 2_000;
/// Puts a viewer's terminal back to its first state, without scrollback.
const RESET: &str = "\x1bc\x1b[3J";

/// The screen, the lines that left it, and the modes.
pub(super) struct Screen {
    parser: vt100::Parser,
    size: TerminalSize,
}

fn cells(number: u16) -> NonZeroU16 {
    NonZeroU16::new(number).unwrap_or(NonZeroU16::MIN)
}

fn new_parser(size: TerminalSize) -> vt100::Parser {
    vt100::Parser::new(cells(size.rows()), cells(size.columns()), SCROLLBACK_LINES)
}

impl Screen {
    pub(super) fn new(size: TerminalSize) -> Self {
        Self {
            parser: new_parser(size),
            size,
        }
    }

    pub(super) fn size(&self) -> TerminalSize {
        self.size
    }

    /// Takes output of the shell. It is the candidate's: whatever it makes the parser do, the
    /// terminal goes on.
    pub(super) fn process(&mut self, bytes: &[u8]) {
        self.guarded(|parser| parser.process(bytes));
    }

    pub(super) fn resize(&mut self, size: TerminalSize) {
        self.size = size;
        self.guarded(|parser| parser.set_size(cells(size.rows()), cells(size.columns())));
    }

    fn guarded(&mut self, action: impl FnOnce(&mut vt100::Parser)) {
        let parser = &mut self.parser;
        if catch_unwind(AssertUnwindSafe(|| action(parser))).is_err() {
            tracing::warn!("a screen could not be followed and starts anew");
            self.parser = new_parser(self.size);
        }
    }

    /// What brings a terminal of the same size into this state: scrollback, screen, cursor, modes.
    pub(super) fn restored(&mut self) -> Vec<u8> {
        let mut text = String::from(RESET);
        let is_alternate = self.parser.screen().alternate_screen();
        if is_alternate {
            // Shows the main screen for a moment without changing either.
            self.process(b"\x1b[?47l");
        }
        let mut lines = String::new();
        let range = &mut BasicFormattedCaptureState::new();
        // Writing to a string does not fail.
        let _ = self
            .parser
            .screen()
            .write_contents_formatted_basic(&mut lines, BasicFormattedCaptureRange::Full(range));
        text.push_str(&lines.replace('\n', "\r\n"));
        text.push_str("\x1b[m");
        text.push_str(&self.parser.screen().contents_formatted());
        if is_alternate {
            self.process(b"\x1b[?47h");
            text.push_str("\x1b[?1049h");
            text.push_str(&self.parser.screen().contents_formatted());
        }
        text.push_str(&self.parser.screen().input_mode_formatted());
        text.into_bytes()
    }

    /// What clears a viewer's terminal.
    pub(super) fn reset(&mut self) -> &'static [u8] {
        self.parser = new_parser(self.size);
        RESET.as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(screen: &Screen) -> Vec<String> {
        screen.parser.screen().rows(0, 80).collect()
    }

    fn restored(screen: &mut Screen) -> Screen {
        let bytes = screen.restored();
        let mut copy = Screen::new(screen.size());
        copy.process(&bytes);
        copy
    }

    #[test]
    fn scrollback_screen_and_cursor_come_back() {
        let mut screen = Screen::new(TerminalSize::new(80, 5));
        for number in 0..50 {
            screen.process(format!("\x1b[31mline {number}\x1b[m\r\n").as_bytes());
        }
        screen.process(b"prompt$ typed");
        let mut copy = restored(&mut screen);
        assert_eq!(lines(&copy), lines(&screen));
        assert_eq!(
            copy.parser.screen().cursor_position(),
            screen.parser.screen().cursor_position()
        );
        assert_eq!(
            copy.parser.screen().scrollback_len(),
            screen.parser.screen().scrollback_len()
        );
        copy.parser.screen_mut().set_scrollback(usize::MAX);
        assert_eq!(lines(&copy)[0], "line 0");
    }

    #[test]
    fn a_full_screen_program_and_what_is_under_it_come_back() {
        let mut screen = Screen::new(TerminalSize::new(80, 5));
        screen.process(b"under\r\n\x1b[?1049h\x1b[2;3Hover\x1b[?2004h");
        let mut copy = restored(&mut screen);
        assert!(copy.parser.screen().alternate_screen());
        assert!(copy.parser.screen().bracketed_paste());
        assert_eq!(lines(&copy)[1], "  over");
        copy.process(b"\x1b[?1049l");
        assert_eq!(lines(&copy)[0], "under");
        screen.process(b"\x1b[?1049l");
        assert_eq!(lines(&screen)[0], "under");
    }

    #[test]
    fn the_scrollback_is_bounded() {
        let mut screen = Screen::new(TerminalSize::new(80, 24));
        for _ in 0..5_000 {
            screen.process(b"x\r\n");
        }
        assert_eq!(screen.parser.screen().scrollback_len(), SCROLLBACK_LINES);
    }
}
