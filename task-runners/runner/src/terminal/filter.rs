//! What of a shell's output reaches a viewer: text, and the control sequences of an allow-list.
//!
//! A terminal obeys what it is sent, and the candidate's programs decide what that is. Links,
//! clipboard writes, window operations, queries that a terminal answers by typing, images and
//! strings for private purposes are left out here, before the screen is kept, the recording is
//! written or anybody draws it. Sequences: ECMA-48; xterm's "Control Sequences" (ctlseqs).

/// The longest control sequence that is let through, in bytes.
const SEQUENCE_LENGTH_MAX: usize = 256;

/// Where in a sequence the output is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Ground,
    /// After the first byte of a two-byte control character of Unicode.
    AfterC2,
    Escape,
    Csi,
    /// An operating system command, which may be kept.
    Osc,
    /// After an escape inside an operating system command.
    OscEscape,
    /// A string that is left out whole.
    Dropped,
    /// After an escape inside such a string.
    DroppedEscape,
}

/// The filter of one terminal. Sequences may be cut anywhere between two calls.
#[derive(Debug)]
pub(super) struct Filter {
    state: State,
    /// The sequence so far.
    sequence: Vec<u8>,
}

impl Filter {
    pub(super) fn new() -> Self {
        Self {
            state: State::Ground,
            sequence: Vec::new(),
        }
    }

    /// What of these bytes is let through.
    pub(super) fn pass(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(bytes.len());
        let mut rest = bytes;
        while let Some((first, after)) = rest.split_first() {
            if self.state == State::Ground {
                let is_plain = |byte: &u8| !matches!(byte, 0x18 | 0x1a | 0x1b | 0xc2);
                let plain = rest.iter().position(|byte| !is_plain(byte));
                let (text, special) = rest.split_at(plain.unwrap_or(rest.len()));
                if !text.is_empty() {
                    out.extend_from_slice(text);
                    rest = special;
                    continue;
                }
            }
            self.take(*first, &mut out);
            rest = after;
        }
        out
    }

    fn take(&mut self, byte: u8, out: &mut Vec<u8>) {
        use State::{AfterC2, Csi, Dropped, DroppedEscape, Escape, Ground, Osc, OscEscape};
        match (self.state, byte) {
            // Cancel and substitute end any sequence.
            (_, 0x18 | 0x1a) => {
                self.sequence.clear();
                self.state = Ground;
            }
            (Ground, 0x1b) => self.begin(byte),
            (Ground, 0xc2) => self.state = AfterC2,
            (Ground, _) => out.push(byte),
            // Control characters of Latin-1, written in UTF-8: terminals take them as sequences.
            (AfterC2, 0x80..=0x9f) => self.state = Ground,
            (AfterC2, _) => {
                out.push(0xc2);
                self.state = Ground;
                self.take(byte, out);
            }
            (Escape | Csi, 0x1b) => self.begin(byte),
            // Other control characters act at once, also inside a sequence.
            (Escape | Csi, 0x00..=0x1f) => out.push(byte),
            (Escape, b'[') if self.sequence.len() == 1 => self.grow(byte, Csi),
            (Escape, b']') if self.sequence.len() == 1 => self.grow(byte, Osc),
            (Escape, b'P' | b'X' | b'^' | b'_') if self.sequence.len() == 1 => {
                self.sequence.clear();
                self.state = Dropped;
            }
            (Escape, 0x20..=0x2f) => self.grow(byte, Escape),
            (Escape, _) => self.end(byte, is_plain_allowed, out),
            (Csi, 0x20..=0x3f) => self.grow(byte, Csi),
            (Csi, _) => self.end(byte, is_csi_allowed, out),
            (Osc, 0x07) => self.end(byte, is_osc_allowed, out),
            (Osc, 0x1b) => self.state = OscEscape,
            (Osc, _) => self.grow(byte, Osc),
            (OscEscape, b'\\') => {
                self.grow(0x1b, Osc);
                self.end(byte, is_osc_allowed, out);
            }
            (Dropped, 0x1b) => self.state = DroppedEscape,
            (Dropped, _) => {}
            (DroppedEscape, b'\\') => self.state = Ground,
            // An escape ends a string, and begins something new.
            (OscEscape | DroppedEscape, _) => {
                self.begin(0x1b);
                self.take(byte, out);
            }
        }
    }

    fn begin(&mut self, byte: u8) {
        self.sequence.clear();
        self.sequence.push(byte);
        self.state = State::Escape;
    }

    fn grow(&mut self, byte: u8, next: State) {
        self.state = next;
        // One more than is let through tells that it was too long.
        if self.sequence.len() <= SEQUENCE_LENGTH_MAX {
            self.sequence.push(byte);
        }
    }

    /// The last byte of a sequence: all of it or nothing is let through.
    fn end(&mut self, byte: u8, is_allowed: impl Fn(&[u8]) -> bool, out: &mut Vec<u8>) {
        self.grow(byte, State::Ground);
        if self.sequence.len() <= SEQUENCE_LENGTH_MAX && is_allowed(&self.sequence) {
            out.extend_from_slice(&self.sequence);
        }
        self.sequence.clear();
    }
}

/// Save and restore the cursor, keypad, index, tabs, reset, character sets, alignment test.
fn is_plain_allowed(sequence: &[u8]) -> bool {
    match sequence {
        [_, last] => b"78=>DEHMNOc\\".contains(last),
        [_, b'(' | b')' | b'*' | b'+', last] => last.is_ascii_alphanumeric(),
        [_, b'#', b'8'] | [_, b'%', b'G' | b'@'] => true,
        _ => false,
    }
}

/// Cursor, erasing, scrolling, attributes, modes, and the two questions that editors ask.
fn is_csi_allowed(sequence: &[u8]) -> bool {
    let Some((last, rest)) = sequence.split_last() else {
        return false;
    };
    let inner = rest.get(2..).unwrap_or_default();
    let (private, inner) = match inner.split_first() {
        Some((prefix @ (b'<' | b'=' | b'>' | b'?'), inner)) => (Some(*prefix), inner),
        _ => (None, inner),
    };
    let digits = inner
        .iter()
        .take_while(|byte| matches!(byte, b'0'..=b'9' | b';' | b':'))
        .count();
    match (private, &inner[digits..]) {
        (None, []) => b"@ABCDEFGHIJKLMPSTXZ`abcdefghlmnrsu".contains(last),
        (Some(b'?'), []) => b"hlJKrs".contains(last),
        (Some(b'>'), []) => b"mc".contains(last),
        // The cursor's form, and a soft reset.
        (None, b" ") => *last == b'q',
        (None, b"!") => *last == b'p',
        _ => false,
    }
}

/// The title and colours, if nothing is asked.
fn is_osc_allowed(sequence: &[u8]) -> bool {
    let text = sequence.get(2..).unwrap_or_default();
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let is_known = matches!(
        &text[..length],
        b"0" | b"1" | b"2" | b"4" | b"10" | b"11" | b"12" | b"104" | b"110" | b"111" | b"112"
    );
    let is_title = matches!(&text[..length], b"0" | b"1" | b"2");
    is_known && (is_title || !text.contains(&b'?'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passed(bytes: &[u8]) -> String {
        String::from_utf8_lossy(&Filter::new().pass(bytes)).into_owned()
    }

    #[test]
    fn text_and_what_programs_need_goes_through() {
        for text in [
            "plain text, ümläute, 漢字, 🙂\r\n\t\x07\x08",
            "\x1b[1;31mred\x1b[m \x1b[38;2;1;2;3mrgb\x1b[4:3m",
            "\x1b[2J\x1b[H\x1b[?1049h\x1b[?2004h\x1b[?25l\x1b[3;10r\x1b[5 q\x1b[!p",
            "\x1b7\x1b8\x1b=\x1b>\x1bM\x1b(0lqk\x1b(B\x1bc\x1b#8",
            "\x1b[6n\x1b[c\x1b[>c\x1b[>4;2m",
            "\x1b]0;root@lab: ~?\x07\x1b]11;#112233\x1b\\",
        ] {
            assert_eq!(passed(text.as_bytes()), text);
        }
    }

    #[test]
    fn what_could_harm_a_viewer_does_not() {
        for hostile in [
            "\x1b]52;c;aGVsbG8=\x07",
            "\x1b]52;c;?\x1b\\",
            "\x1b]8;;http://evil.example\x1b\\",
            "\x1b]11;?\x07",
            "\x1b]1337;File=inline=1:AAAA\x07",
            "\x1bP$qm\x1b\\",
            "\x1bPq#0;2;0;0;0#0~~@@\x1b\\",
            "\x1b_private\x1b\\",
            "\x1b^private\x1b\\",
            "\x1bXprivate\x1b\\",
            "\x1b[21t",
            "\x1b[8;200;200t",
            "\x1b[5i",
            "\x1b[?1$p",
            "\x1b[>q",
            "\x1b[=c",
            "\x1bZ",
            "\u{9d}52;c;?\u{9c}",
            "\u{90}$qm\u{9c}",
            "\u{9b}21t",
        ] {
            let shown = passed(format!("a{hostile}b").as_bytes());
            assert!(!shown.contains('\x1b'), "{hostile:?} {shown:?}");
            assert!(
                !shown.chars().any(|c| ('\u{80}'..='\u{9f}').contains(&c)),
                "{hostile:?} {shown:?}"
            );
            assert!(shown.starts_with('a') && shown.ends_with('b'), "{shown:?}");
        }
    }

    #[test]
    fn a_sequence_without_end_is_not_kept() {
        let mut filter = Filter::new();
        for start in [&b"\x1b]0;"[..], b"\x1bP", b"\x1b[1"] {
            filter.pass(start);
            for _ in 0..1000 {
                assert_eq!(filter.pass(&[b'1'; 4096]), b"");
            }
            assert!(filter.sequence.len() <= SEQUENCE_LENGTH_MAX + 1);
            filter.pass(b"\x18");
            assert_eq!(filter.pass(b"on"), b"on");
        }
        // Too long is not let through in part.
        let long = format!("\x1b]0;{}\x07after", "x".repeat(1000));
        assert_eq!(passed(long.as_bytes()), "after");
    }

    #[test]
    fn a_cut_changes_nothing() {
        let text =
            "a\u{e9}\u{85}\x1b[31mb\x1b]52;c;x\x07c\x1b]0;t\x1b\\d\x1bP1\x1b[mx\x1b\\e\u{c2}f"
                .as_bytes();
        let whole = Filter::new().pass(text);
        for cut in 0..=text.len() {
            let mut filter = Filter::new();
            let mut parts = filter.pass(&text[..cut]);
            parts.extend(filter.pass(&text[cut..]));
            assert_eq!(parts, whole, "{cut}");
        }
    }
}
