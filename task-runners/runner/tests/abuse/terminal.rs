//! Viewers and programs that want too much of a terminal, beyond what `live` tests.

use std::time::{Duration, Instant};

use task_protocol::{ClientMessage, Frame, RunnerMessage, TerminalSize};

use crate::runner::{Connection, Runner};
use crate::{lab, resident_kib};

/// How much more memory a terminal may take, whatever it is told: a full screen and its scrollback
/// at the largest size are some ten MiB.
const GROWTH_KIB: u64 = 40 * 1024;

fn shell(runner: &Runner) -> Connection {
    let mut viewer = runner.connect();
    viewer.attach("one", 1, TerminalSize::new(100, 30));
    viewer.read_until("# ");
    viewer
}

/// Reads and acknowledges so much output, or for so long.
fn read_some(viewer: &mut Connection, bytes: usize, time: Duration) {
    let (mut read, begin) = (0, Instant::now());
    while read < bytes && begin.elapsed() < time {
        if let Some(Frame::Bytes(piece)) = viewer.frame() {
            viewer.acknowledge(piece.len());
            read += piece.len();
        }
    }
}

/// Reads and acknowledges output until it holds the text, and keeps next to none of it.
fn skip_until(viewer: &mut Connection, text: &str) {
    let mut end = Vec::new();
    loop {
        match viewer.frame() {
            Some(Frame::Bytes(piece)) => {
                viewer.acknowledge(piece.len());
                end.extend_from_slice(&piece);
            }
            other => panic!("unexpected {other:?}"),
        }
        if String::from_utf8_lossy(&end).contains(text) {
            return;
        }
        end.drain(..end.len().saturating_sub(text.len()));
    }
}

#[test]
fn floods_cost_no_memory_and_control_c_acts_at_once() {
    let Some((runner, _calls)) = lab() else {
        return;
    };
    let mut viewer = shell(&runner);
    let before = resident_kib(runner.pid());
    for flood in [
        "yes",
        "cat /dev/urandom",
        "yes | tr -d '\\n'",
        // One process: a shell that loops may miss an interrupt between two.
        "python3 -c 'while True: __import__(\"time\").sleep(0.01); print(end=\"x\", flush=True)'",
    ] {
        viewer.keys(format!("{flood}\r"));
        read_some(&mut viewer, 30 << 20, Duration::from_millis(800));
        let begin = Instant::now();
        viewer.keys("\x03");
        viewer.keys("echo sto''pped\r");
        skip_until(&mut viewer, "stopped");
        let took = begin.elapsed();
        assert!(took < Duration::from_millis(300), "{flood}: {took:?}");
        let grown = resident_kib(runner.pid()).saturating_sub(before);
        assert!(grown < GROWTH_KIB, "{flood}: {grown} KiB");
    }
}

#[test]
#[ignore = "slow: make abuse"]
fn a_hundred_megabytes_without_a_line_are_read_to_the_end() {
    let Some((runner, _calls)) = lab() else {
        return;
    };
    let mut viewer = shell(&runner);
    let before = resident_kib(runner.pid());
    viewer.keys("head -c 100M /dev/zero | tr '\\0' x; echo do''ne\r");
    skip_until(&mut viewer, "done\r\n");
    let grown = resident_kib(runner.pid()).saturating_sub(before);
    assert!(grown < GROWTH_KIB, "{grown} KiB");
    // Nobody looks on: it is slowed down, not kept.
    viewer.keys("yes | tr -d '\\n'\r");
    read_some(&mut viewer, 1 << 20, Duration::from_secs(1));
    drop(viewer);
    let mut viewer = runner.connect();
    viewer.attach("one", 1, TerminalSize::new(100, 30));
    viewer.keys("\x03");
    viewer.keys("echo sto''pped\r");
    skip_until(&mut viewer, "stopped");
    let grown = resident_kib(runner.pid()).saturating_sub(before);
    assert!(grown < GROWTH_KIB, "{grown} KiB");
}

#[test]
fn huge_and_invalid_sequences_do_no_harm() {
    let Some((runner, _calls)) = lab() else {
        return;
    };
    let mut viewer = shell(&runner);
    let before = resident_kib(runner.pid());
    let x = "head -c 8M /dev/zero | tr '\\0' x";
    for sequence in [
        format!("printf '\\033P'; {x}; printf '\\033\\\\'"),
        format!("printf '\\033_'; {x}; printf '\\033\\\\'"),
        format!("printf '\\033^'; {x}; printf '\\033\\\\'"),
        "printf '\\033['; yes '1;' | head -n 1000000 | tr -d '\\n'; printf m".to_owned(),
        "printf '\\033[999999999999b\\033[65535;65535H\\033[99999L\\033[99999@\\033[99999S'".to_owned(),
        "for i in $(seq 0 40); do printf '\\033[%d;%dr\\033[?1049h\\033[?6h\\033[1000;1000H\\033M\\033D' $i 0; done".to_owned(),
        "printf '\\377\\376\\300\\200\\355\\240\\200\\364\\220\\200\\200\\302'".to_owned(),
        "python3 -c 'import sys; sys.stdout.buffer.write(bytes(range(128, 256)) * 10000)'".to_owned(),
        "python3 -c 'print(\"a\" + \"\\u0301\" * 1000000)'".to_owned(),
    ] {
        viewer.keys(format!("{sequence}; printf '\\030\\033\\\\\\033c'; echo do''ne\r"));
        skip_until(&mut viewer, "done\r\n");
        let grown = resident_kib(runner.pid()).saturating_sub(before);
        assert!(grown < GROWTH_KIB, "{sequence}: {grown} KiB");
    }
    // Who comes later is shown something, too.
    shell(&runner);
}

#[test]
fn viewers_that_come_and_resize_without_end_are_served() {
    let Some((runner, _calls)) = lab() else {
        return;
    };
    let mut viewers: Vec<_> = (0..50)
        .map(|_| {
            let mut viewer = runner.connect();
            viewer.attach("one", 1, TerminalSize::default());
            viewer
        })
        .collect();
    let mut last = viewers.pop().unwrap();
    last.keys("echo la''st\r");
    last.read_until("last\r\n");
    for mut viewer in viewers {
        let told = loop {
            match viewer.frame() {
                Some(Frame::Message(message)) => break message,
                Some(Frame::Bytes(_)) => {}
                None => panic!("closed without a word"),
            }
        };
        assert_eq!(told, RunnerMessage::Replaced);
    }
    let before = resident_kib(runner.pid());
    for number in 0..3_000_u16 {
        last.say(&ClientMessage::Resize {
            size: TerminalSize::new(number % 500, number % 200),
        });
    }
    last.keys("stty size\r");
    last.say(&ClientMessage::Resize {
        size: TerminalSize::new(77, 33),
    });
    last.keys("stty size\r");
    last.read_until("33 77\r\n");
    assert!(resident_kib(runner.pid()) < before + GROWTH_KIB);
}

#[test]
fn what_is_pasted_is_bounded_and_may_be_anything() {
    let Some((runner, mut calls)) = lab() else {
        return;
    };
    let mut viewer = shell(&runner);
    let before = resident_kib(runner.pid());
    // A program that does not read: the kernel takes some, the runner a bounded rest.
    viewer.keys("sleep 1000\r");
    let text = "a line of a paste that is much too long\n".repeat(100_000);
    for _ in 0..3 {
        viewer.keys(&text);
    }
    viewer.keys("\x03");
    // A program that does.
    let begin = Instant::now();
    let mut second = shell_on(&runner, 2);
    second.keys("stty raw -echo; echo rea''dy; head -c 1000000 | wc -c; stty sane; echo do''ne\r");
    second.read_until("ready");
    second.keys(&text[..1_000_000]);
    second.read_until("1000000");
    second.read_until("done");
    assert!(begin.elapsed() < Duration::from_secs(20));
    let grown = resident_kib(runner.pid()).saturating_sub(before);
    assert!(grown < GROWTH_KIB, "{grown} KiB");
    // Bytes that are no text, and every control character, arrive as they are.
    second
        .keys("stty raw -echo; echo go''on; head -c 25600 > /root/noise; stty sane; echo ca''me\r");
    second.read_until("goon");
    second.keys((0..=255).cycle().take(25_600).collect::<Vec<u8>>());
    second.read_until("came");
    let same = "assert open('/root/noise', 'rb').read() == bytes(range(256)) * 100";
    crate::python(&mut calls, "one", same);
}

fn shell_on(runner: &Runner, terminal: u8) -> Connection {
    let mut viewer = runner.connect();
    viewer.attach("one", terminal, TerminalSize::new(100, 30));
    viewer.read_until("# ");
    viewer
}

#[test]
fn input_cannot_be_pushed_into_terminals_of_others_nor_the_console() {
    let Some((runner, mut calls)) = lab() else {
        return;
    };
    let mut viewer = shell(&runner);
    let mut second = shell_on(&runner, 2);
    let push = "
import fcntl, os, struct, glob
own = os.ttyname(0)
for place in glob.glob('/dev/pts/[0-9]*') + ['/dev/tty', '/dev/console', '/dev/tty0']:
    for request, argument in [(0x5412, b'x'), (0x541C, b'\\x0b'), (0x541D, 0), (0x540E, 1)]:
        if place in (own, '/dev/tty') and request == 0x540E: continue
        try: fcntl.ioctl(os.open(place, os.O_RDWR | os.O_NOCTTY), request, argument); print(hex(request), 'of', place in (own, '/dev/tty'))
        except OSError: pass
print('en' + 'd')
";
    calls.script("one", &format!("cat > /root/push.py <<'X'{push}X"));
    viewer.keys("python3 /root/push.py\r");
    let output = viewer.read_until("end\r\n");
    // Into its own it may push, where the kernel still allows that at all.
    assert!(!output.contains("of False"), "{output}");
    second.keys("echo cle''an\r");
    let output = second.read_until("clean\r\n");
    let is_untouched = output.starts_with("echo cle''an") || output.contains("# echo cle''an");
    assert!(is_untouched, "{output}");
}
