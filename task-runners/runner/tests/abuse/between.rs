//! Two labs that try to talk to each other.

use crate::runner::spec;
use crate::{lab, python};

/// Puts something into every place that two could share, and stays.
const SPEAK: &str = "
import ctypes, fcntl, os, socket, time
c = ctypes.CDLL(None)
one = socket.socket(socket.AF_UNIX); one.bind('\\0meeting'); one.listen()
two = socket.socket(); two.bind(('0.0.0.0', 4711)); two.listen()
c.shmget(4711, 4096, 0o1666); c.msgget(4711, 0o1666); c.semget(4711, 1, 0o1666); c.mq_open(b'/meeting', 0o102, 0o666, 0)
os.close(os.open('/dev/shm/meeting', os.O_CREAT))
kept = []
for place in PLACES:
    kept.append(os.open(place, os.O_RDONLY)); fcntl.flock(kept[-1], fcntl.LOCK_EX)
    try: kept.append(os.open(place, os.O_RDWR)); fcntl.lockf(kept[-1], fcntl.LOCK_EX)
    except OSError: pass
open('/tmp/spoken', 'w').close()
time.sleep(1000)
";
/// Prints what is met.
const LISTEN: &str = "
import ctypes, fcntl, os, socket
c = ctypes.CDLL(None)
if socket.socket(socket.AF_UNIX).connect_ex('\\0meeting') == 0: print('abstract socket')
if socket.socket().connect_ex(('127.0.0.1', 4711)) == 0: print('port')
for name, answer in [('shm', c.shmget(4711, 0, 0)), ('msg', c.msgget(4711, 0)), ('sem', c.semget(4711, 0, 0)), ('mq', c.mq_open(b'/meeting', 0))]:
    if answer >= 0: print(name)
if os.path.exists('/dev/shm/meeting'): print('file')
for place in PLACES:
    try: fcntl.flock(os.open(place, os.O_RDONLY), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError: print('lock of', place)
    try: fcntl.lockf(os.open(place, os.O_RDWR), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError: print('range of', place)
    except OSError: pass
for process in [name for name in os.listdir('/proc') if name.isdigit()]:
    if b'meeting' in open('/proc/%s/cmdline' % process, 'rb').read() and int(process) != os.getpid(): print('process')
";

/// Files of the image, which labs share on the disk but each sees through a file system of its own,
/// and files of the kernel that could be the same for all. (Two are: a device node such as /dev/null
/// and /proc/self/ns/time can be locked across labs; the runtime gives no others.)
const PLACES: &str = "['/usr/bin/git', '/etc/passwd', '/bin/bash', '/', '/usr/lib', '/proc/version', '/proc/self/ns/net', '/proc/self/ns/user', '/proc/self/ns/ipc', '/sys/kernel/notes', '/sys', '/dev/shm', '/dev/ptmx']";

#[test]
fn two_labs_share_nothing_that_could_be_written_or_locked() {
    let Some((_runner, mut calls)) = lab() else {
        return;
    };
    calls.create("two", &spec("true"));
    let speak = SPEAK.replace("PLACES", PLACES);
    calls.script(
        "one",
        &format!("cat > /tmp/meeting.py <<'X'{speak}X\npython3 /tmp/meeting.py > /tmp/errors 2>&1 & until [ -e /tmp/spoken ]; do [ -s /tmp/errors ] && break; sleep 0.02; done"),
    );
    assert_eq!(calls.script("one", "cat /tmp/errors").stdout, "");
    let listen = LISTEN.replace("PLACES", PLACES);
    // In the same lab everything is met.
    let inside = python(&mut calls, "one", &listen);
    for part in [
        "abstract socket",
        "port",
        "shm",
        "msg",
        "sem",
        "mq",
        "file",
        "lock of /usr/bin/git",
        "range of /etc/passwd",
        "process",
    ] {
        assert!(inside.contains(part), "{part} in {inside}");
    }
    assert_eq!(python(&mut calls, "two", &listen), "");
    // Nor does what one writes to a file of the image show in the other.
    calls.script("one", "echo changed >> /etc/hosts; rm /usr/bin/git");
    let unchanged = calls.script(
        "two",
        "grep -c changed /etc/hosts; git --version > /dev/null && echo there",
    );
    assert_eq!(unchanged.stdout, "0\nthere\n");
}
