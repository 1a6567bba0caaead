//! What was seen on the terminals of a lab, kept for people who must judge it later. Keys are not
//! recorded: what a shell does not echo, such as a password, is nowhere.
//!
//! Each terminal has a tape in asciicast v2 (docs.asciinema.org/manual/asciicast/v2): one JSON line
//! per piece of output, resize or marker, in seconds since the lab was made. Beside it grows a chain
//! of digests: each entry covers the one before and the next part of the tape, so that the last one,
//! which the report of the grading carries away, stands for all of it.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use task_protocol::{LabId, RecordingMarker, RecordingView, TerminalSize};

use crate::hex::hex;

/// The longest tape; what comes after is not recorded.
const TAPE_LENGTH_MAX: u64 = 32 * 1024 * 1024;
/// How much output of one second is recorded: nobody reads more, and `yes` writes far more.
const SECOND_LENGTH_MAX: usize = 128 * 1024;
/// How long a part of the chain gets, in bytes and in time.
const PART_LENGTH: usize = 64 * 1024;
const PART_TIME: Duration = Duration::from_secs(10);
/// How much of a tape is read at once.
pub const PIECE_LENGTH: usize = 512 * 1024;

/// The recording of a lab.
#[derive(Debug)]
pub struct Recording {
    dir: PathBuf,
    began: Instant,
    began_at: u64,
}

/// An entry of a tape's chain.
#[derive(Debug, Serialize, Deserialize)]
struct Link {
    /// Where the covered part ends, in bytes.
    end: u64,
    /// SHA-256 in hex over the entry before and the part.
    sha256: String,
}

fn dir_of(root: &Path, lab_id: &LabId) -> PathBuf {
    root.join(lab_id.as_str())
}

impl Recording {
    /// Begins the recording of a lab below `root`; one of a lab of this name before is lost, as
    /// nobody had worked in it.
    ///
    /// # Errors
    /// The directory cannot be made.
    pub fn begin(root: &Path, lab_id: &LabId) -> io::Result<Arc<Self>> {
        let dir = dir_of(root, lab_id);
        match fs::remove_dir_all(&dir) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => fs::create_dir_all(&dir)?,
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        Ok(Arc::new(Self {
            dir,
            began: Instant::now(),
            began_at: now.unwrap_or_default().as_secs(),
        }))
    }

    /// Marks this moment for the whole lab.
    pub fn mark(&self, label: &str) {
        let marker = RecordingMarker {
            at_ms: u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX),
            label: label.to_owned(),
        };
        let write = || {
            let mut file = File::options()
                .append(true)
                .create(true)
                .open(self.dir.join("markers"))?;
            let line = serde_json::to_string(&marker)?;
            file.write_all(format!("{line}\n").as_bytes())
        };
        if let Err(error) = write() {
            tracing::warn!(%error, "a marker is not recorded");
        }
    }

    /// A tape for a terminal. It begins with the first output.
    #[must_use]
    pub fn tape(self: &Arc<Self>, host: &str, terminal: u8) -> Tape {
        Tape {
            path: self.dir.join(tape_name(host, terminal)),
            recording: Arc::clone(self),
            file: None,
            length: 0,
            part: Vec::new(),
            part_began: Instant::now(),
            link: String::new(),
            cut: Vec::new(),
            second: (0, 0),
            is_full: false,
        }
    }
}

fn tape_name(host: &str, terminal: u8) -> String {
    format!("{host}-{terminal}.cast")
}

/// The tape of one terminal.
#[derive(Debug)]
pub struct Tape {
    path: PathBuf,
    recording: Arc<Recording>,
    file: Option<File>,
    length: u64,
    /// What the chain does not cover yet.
    part: Vec<u8>,
    part_began: Instant,
    link: String,
    /// The beginning of a character whose rest has not come.
    cut: Vec<u8>,
    /// The second that was recorded last, and how much of it.
    second: (u64, usize),
    is_full: bool,
}

impl Tape {
    /// Records output. `size` is that of the terminal.
    pub fn output(&mut self, bytes: &[u8], size: TerminalSize) {
        if self.is_full || !self.is_begun(size) {
            return;
        }
        let second = self.recording.began.elapsed().as_secs();
        if self.second.0 != second {
            self.second = (second, 0);
        }
        if self.second.1 > SECOND_LENGTH_MAX {
            return;
        }
        self.second.1 += bytes.len();
        if self.second.1 > SECOND_LENGTH_MAX {
            self.cut.clear();
            self.event("m", "more output than is recorded");
            return;
        }
        let mut bytes = [std::mem::take(&mut self.cut).as_slice(), bytes].concat();
        self.cut = bytes.split_off(bytes.len() - cut_length(&bytes));
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if !text.is_empty() {
            self.event("o", &text);
        }
    }

    /// Records that the terminal has another size.
    pub fn resize(&mut self, size: TerminalSize) {
        if self.file.is_some() {
            self.event("r", &format!("{}x{}", size.columns(), size.rows()));
        }
    }

    /// Marks this moment.
    pub fn mark(&mut self, label: &str) {
        if self.file.is_some() {
            self.event("m", label);
        }
    }

    fn is_begun(&mut self, size: TerminalSize) -> bool {
        if self.file.is_none() {
            match File::create(&self.path) {
                Ok(file) => self.file = Some(file),
                Err(error) => return self.fail(&error),
            }
            let header = serde_json::json!({
                "version": 2, "width": size.columns(), "height": size.rows(),
                "timestamp": self.recording.began_at, "env": {"TERM": "xterm-256color"},
            });
            self.line(&header.to_string());
        }
        true
    }

    fn fail(&mut self, error: &io::Error) -> bool {
        tracing::warn!(%error, path = %self.path.display(), "a terminal is not recorded any more");
        self.is_full = true;
        false
    }

    fn event(&mut self, code: &str, data: &str) {
        let seconds = self.recording.began.elapsed().as_micros() as f64 / 1e6;
        // Numbers and texts can be written.
        let line = serde_json::to_string(&(seconds, code, data)).unwrap_or_default();
        self.line(&line);
        if self.length > TAPE_LENGTH_MAX && !self.is_full {
            self.is_full = true;
            let line = serde_json::to_string(&(seconds, "m", "the recording is full"));
            self.line(&line.unwrap_or_default());
        }
    }

    fn line(&mut self, line: &str) {
        let line = format!("{line}\n");
        let Some(file) = &mut self.file else { return };
        if let Err(error) = file.write_all(line.as_bytes()) {
            self.fail(&error);
            return;
        }
        self.length += line.len() as u64;
        self.part.extend_from_slice(line.as_bytes());
        if self.part.len() >= PART_LENGTH || self.part_began.elapsed() >= PART_TIME {
            self.close_part();
        }
    }

    /// Lets the chain cover all that was recorded.
    pub fn close_part(&mut self) {
        self.part_began = Instant::now();
        if self.part.is_empty() {
            return;
        }
        let part = std::mem::take(&mut self.part);
        match add_link(&self.path, &self.link, self.length, &part) {
            Ok(link) => self.link = link,
            Err(error) => {
                self.fail(&error);
            }
        }
    }
}

impl Drop for Tape {
    fn drop(&mut self) {
        self.close_part();
    }
}

/// How many bytes at the end are the beginning of a character.
fn cut_length(bytes: &[u8]) -> usize {
    let from = bytes.len().saturating_sub(3);
    let lead = bytes[from..].iter().rposition(|byte| *byte >= 0xc0);
    let Some(place) = lead.map(|place| from + place) else {
        return 0;
    };
    let wants = match bytes[place] {
        0xf0.. => 4,
        0xe0.. => 3,
        _ => 2,
    };
    let has = bytes.len() - place;
    if has < wants { has } else { 0 }
}

fn add_link(tape: &Path, before: &str, end: u64, part: &[u8]) -> io::Result<String> {
    let mut sha = Sha256::new();
    sha.update(before);
    sha.update(part);
    let link = Link {
        end,
        sha256: hex(&sha.finalize()),
    };
    let mut file = File::options()
        .append(true)
        .create(true)
        .open(tape.with_extension("chain"))?;
    file.write_all(format!("{}\n", serde_json::to_string(&link)?).as_bytes())?;
    Ok(link.sha256)
}

fn links(tape: &Path) -> io::Result<Vec<Link>> {
    let text = fs::read_to_string(tape.with_extension("chain"))?;
    // The last line of a runner that was killed may be cut.
    Ok(text
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect())
}

/// The recording of a lab that has ended: everything in it is closed.
pub struct Finished<'a> {
    root: &'a Path,
    lab_id: &'a LabId,
}

impl<'a> Finished<'a> {
    /// The recording of this lab, which need not exist.
    #[must_use]
    pub fn of(root: &'a Path, lab_id: &'a LabId) -> Self {
        Self { root, lab_id }
    }

    fn tapes(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(dir_of(self.root, self.lab_id));
        let paths = entries.into_iter().flatten().flatten();
        let mut tapes: Vec<_> = paths
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|kind| kind == "cast"))
            .collect();
        tapes.sort();
        tapes
    }

    /// Puts markers at the end of every tape.
    ///
    /// # Errors
    /// A tape cannot be written.
    pub fn mark(&self, recording: &Recording, labels: &[String]) -> io::Result<()> {
        for label in labels {
            recording.mark(label);
        }
        let seconds = recording.began.elapsed().as_micros() as f64 / 1e6;
        for tape in self.tapes() {
            let lines = labels.iter().map(|label| {
                let line = serde_json::to_string(&(seconds, "m", label)).unwrap_or_default();
                format!("{line}\n")
            });
            let part: String = lines.collect();
            let before = links(&tape)?.pop().map(|link| link.sha256);
            let mut file = File::options().append(true).open(&tape)?;
            file.write_all(part.as_bytes())?;
            let end = file.metadata()?.len();
            add_link(&tape, &before.unwrap_or_default(), end, part.as_bytes())?;
        }
        Ok(())
    }

    /// The tapes, each with the digest that stands for it.
    #[must_use]
    pub fn views(&self) -> Vec<RecordingView> {
        let view = |path: PathBuf| {
            let (host, terminal) = path.file_stem()?.to_str()?.rsplit_once('-')?;
            let last = links(&path).ok()?.pop()?;
            Some(RecordingView {
                host: host.to_owned(),
                terminal: terminal.parse().ok()?,
                bytes: last.end,
                digest: last.sha256,
            })
        };
        self.tapes().into_iter().filter_map(view).collect()
    }

    /// The markers of the lab.
    #[must_use]
    pub fn markers(&self) -> Vec<RecordingMarker> {
        let path = dir_of(self.root, self.lab_id).join("markers");
        let text = fs::read_to_string(path).unwrap_or_default();
        text.lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    }

    /// A piece of a tape from an offset on; empty at its end. Whole characters only.
    ///
    /// # Errors
    /// There is no such tape.
    pub fn piece(&self, host: &str, terminal: u8, offset: u64) -> io::Result<String> {
        if !host.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
            return Err(io::ErrorKind::NotFound.into());
        }
        let path = dir_of(self.root, self.lab_id).join(tape_name(host, terminal));
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(offset))?;
        let mut bytes = Vec::new();
        file.take(PIECE_LENGTH as u64).read_to_end(&mut bytes)?;
        bytes.truncate(bytes.len() - cut_length(&bytes));
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lab_id() -> LabId {
        LabId::new("lab").unwrap()
    }

    fn lines(root: &Path) -> Vec<serde_json::Value> {
        let text = Finished::of(root, &lab_id()).piece("lab", 1, 0).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    #[test]
    fn a_tape_is_an_asciicast_and_its_chain_covers_it() {
        let root = tempfile::tempdir().unwrap();
        let recording = Recording::begin(root.path(), &lab_id()).unwrap();
        let mut tape = recording.tape("lab", 1);
        let size = TerminalSize::new(80, 24);
        tape.mark("nothing was shown yet");
        let text = "häh 🙂".as_bytes();
        // Cut inside of characters.
        tape.output(&text[..2], size);
        tape.output(&text[2..7], size);
        tape.output(&text[7..], size);
        tape.resize(TerminalSize::new(100, 30));
        tape.output(b"\xff\x1b[m", size);
        drop(tape);
        let finished_id = lab_id();
        let finished = Finished::of(root.path(), &finished_id);
        let before = finished.views();
        finished
            .mark(&recording, &["check one: pass".to_owned()])
            .unwrap();
        let lines = lines(root.path());
        assert_eq!(
            (&lines[0]["version"], &lines[0]["width"]),
            (&2.into(), &80.into())
        );
        let shown: String = lines[1..]
            .iter()
            .filter(|line| line[1] == "o")
            .map(|line| line[2].as_str().unwrap())
            .collect();
        assert_eq!(shown, "häh 🙂\u{fffd}\x1b[m");
        assert!(
            lines
                .iter()
                .any(|line| line[1] == "r" && line[2] == "100x30")
        );
        assert_eq!(lines.last().unwrap()[2], "check one: pass");
        let times: Vec<_> = lines[1..].iter().map(|l| l[0].as_f64().unwrap()).collect();
        assert!(times.is_sorted(), "{times:?}");
        // The chain can be followed by who has the tape, and any change breaks it.
        let path = dir_of(root.path(), &lab_id()).join("lab-1.cast");
        let bytes = fs::read(&path).unwrap();
        let (mut from, mut link) = (0, String::new());
        for entry in links(&path).unwrap() {
            let end = usize::try_from(entry.end).unwrap();
            let mut sha = Sha256::new();
            sha.update(&link);
            sha.update(&bytes[from..end]);
            link = hex(&sha.finalize());
            assert_eq!(link, entry.sha256);
            from = end;
        }
        let after = finished.views();
        assert_eq!((from, &after[0].digest), (bytes.len(), &link));
        assert_ne!(before[0].digest, after[0].digest);
        assert_eq!(finished.markers()[0].label, "check one: pass");
    }

    #[test]
    fn a_flood_is_left_out_and_said() {
        let root = tempfile::tempdir().unwrap();
        let recording = Recording::begin(root.path(), &lab_id()).unwrap();
        let mut tape = recording.tape("lab", 1);
        for _ in 0..1000 {
            tape.output(&[b'y'; 32 * 1024], TerminalSize::default());
        }
        drop(tape);
        let length = fs::metadata(dir_of(root.path(), &lab_id()).join("lab-1.cast"));
        let seconds = recording.began.elapsed().as_secs() + 1;
        let most = seconds * (SECOND_LENGTH_MAX as u64 + 4096);
        assert!(length.unwrap().len() <= most);
        let lines = lines(root.path());
        assert!(lines.iter().any(|line| line[1] == "m"), "{}", lines.len());
    }

    #[test]
    fn nothing_is_read_but_tapes() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("secret-1.cast"), "x").unwrap();
        let lab_id = lab_id();
        let finished = Finished::of(root.path(), &lab_id);
        assert!(finished.piece("../secret", 1, 0).is_err());
        assert!(finished.views().is_empty());
    }
}
