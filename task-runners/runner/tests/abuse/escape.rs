//! Ways out of the lab's root, and what was left open by whoever started it.

use task_protocol::TerminalSize;

use crate::runner::{Runner, spec};
use crate::{lab, python, python_outside};

#[test]
fn every_root_is_the_labs_own() {
    let Some((_runner, mut calls)) = lab() else {
        return;
    };
    let climb = "
import os
open('/in-the-lab', 'w').close()
is_inside = lambda: os.path.exists('in-the-lab')
found = []
for door in ['/proc/1/root', '/proc/self/root', '/proc/1/cwd', '/proc/self/cwd']:
    os.chdir(door); [os.chdir('..') for _ in range(50)]
    found.append(is_inside())
# The classic: a directory kept open outside of the new root.
os.makedirs('/tmp/jail', exist_ok=True)
saved = os.open('/', os.O_RDONLY)
os.chroot('/tmp/jail')
os.fchdir(saved); [os.chdir('..') for _ in range(50)]
found.append(is_inside())
os.chroot('.')
found.append(os.path.exists('/in-the-lab'))
# A working directory that was moved away, and the descriptors of others.
os.makedirs('/tmp/a/b/c', exist_ok=True); os.chdir('/tmp/a/b/c'); os.rename('/tmp/a/b', '/tmp/b')
[os.chdir('..') for _ in range(50)]
found.append(is_inside())
for process in [name for name in os.listdir('/proc') if name.isdigit()]:
    for name in os.listdir('/proc/%s/fd' % process):
        try: os.chdir('/proc/%s/fd/%s' % (process, name))
        except OSError: continue
        [os.chdir('..') for _ in range(50)]
        found.append(is_inside())
print(all(found), len(found) > 6)
";
    assert_eq!(python(&mut calls, "one", climb), "True True\n");
    // The working directory that the runtime gives is one below the root.
    let output = calls.script(
        "one",
        "pwd -P; cd ../../../../.. && [ . -ef / ] && ls -d in-the-lab",
    );
    assert_eq!(output.stdout, "/root\nin-the-lab\n", "{output:?}");
}

/// Lists what is open in a shell; nothing is opened for it that the list would show.
const OPEN: &str = "ls -l /proc/$$/fd > /root/open";
/// Prints that list: the number of each descriptor and where it leads.
const PRINT: &str = "sed -n 's/.* \\([0-9]*\\) -> /\\1 /p' /root/open";

/// Whether a list of [`OPEN`] holds nothing of the host's. The standard output may be a nameless file
/// on the lab's own disk, and 255 is bash's script.
fn assert_own(list: &str) {
    assert!(list.contains("0 "), "{list}");
    for line in list.lines() {
        let (number, target) = line.trim().split_once(' ').unwrap();
        let is_known = match number {
            "0" | "1" | "2" => {
                target == "/dev/null"
                    || target.starts_with("/dev/pts/")
                    || target.starts_with("pipe:")
                    || target.ends_with("(deleted)")
            }
            "255" => target.ends_with("(deleted)") || target.starts_with("/dev/"),
            "6" => target.starts_with("pipe:"),
            _ => false,
        };
        assert!(is_known, "{line} in {list}");
    }
}

#[test]
fn nothing_of_the_host_is_left_open() {
    let Some(runner) = Runner::start() else {
        return;
    };
    let mut calls = runner.connect();
    calls.create("one", &spec(OPEN));
    assert_own(&calls.script("one", PRINT).stdout);
    calls.script("one", OPEN);
    assert_own(&calls.script("one", PRINT).stdout);
    calls.script("one", &OPEN.replace("$$", "1"));
    assert_own(&calls.script("one", PRINT).stdout);
    let mut viewer = runner.connect();
    viewer.attach("one", 1, TerminalSize::new(200, 50));
    viewer.read_until("# ");
    viewer.keys(format!("{OPEN}; echo wri''tten\r"));
    viewer.read_until("written");
    assert_own(&calls.script("one", PRINT).stdout);
    // None is a way to a directory or a socket, and none can be written that is not the lab's.
    let deeper = "
import os, stat
for process in [name for name in os.listdir('/proc') if name.isdigit() and int(name) != os.getpid()]:
    for name in os.listdir('/proc/%s/fd' % process):
        place = '/proc/%s/fd/%s' % (process, name)
        kind = os.stat(place).st_mode
        if stat.S_ISDIR(kind) or stat.S_ISSOCK(kind) or stat.S_ISBLK(kind): print(place, os.readlink(place))
        if name == '255' and stat.S_ISREG(kind):
            try: os.open(place, os.O_WRONLY); print('written', place)
            except PermissionError: pass
";
    assert_eq!(python(&mut calls, "one", deeper), "");
}

#[test]
fn nothing_can_be_mounted_uncovered_or_remounted() {
    let Some((_runner, mut calls)) = lab() else {
        return;
    };
    // Numbers of system calls on x86-64; the paths are there, so that only the right is missing.
    let attempts = "
import ctypes, errno, os
c = ctypes.CDLL(None, use_errno=True)
def mount(source, target, kind, flags=0, data=None):
    return lambda: c.mount(source, target, kind, flags, data)
RDONLY, NOSUID, REMOUNT, BIND, MOVE, REC, PRIVATE = 1, 2, 32, 4096, 8192, 16384, 1 << 18
os.makedirs('/mnt/x', exist_ok=True)
attempts = [mount(b'x', b'/mnt/x', kind) for kind in
    [b'proc', b'sysfs', b'cgroup', b'cgroup2', b'devpts', b'tmpfs', b'mqueue', b'debugfs', b'tracefs', b'bpf', b'devtmpfs', b'fuse', b'ext4']]
attempts += [mount(b'overlay', b'/mnt/x', b'overlay', 0, b'lowerdir=/usr:/etc')]
attempts += [mount(None, place, None, REMOUNT | BIND) for place in [b'/', b'/proc', b'/proc/sys', b'/sys', b'/dev/shm']]
attempts += [mount(b'/tmp', place, None, BIND) for place in [b'/proc/sys', b'/proc/kcore', b'/sys/firmware', b'/mnt/x']]
attempts += [mount(b'/proc', b'/mnt/x', None, BIND | REC), mount(b'/proc/sys', b'/mnt/x', None, MOVE), mount(None, b'/', None, PRIVATE | REC)]
attempts += [lambda place=place: c.umount2(place, 2) for place in [b'/proc/kcore', b'/proc/keys', b'/sys/firmware', b'/sys/block', b'/proc/sys', b'/dev/null', b'/']]
call = lambda *arguments: lambda: c.syscall(*arguments)
attempts += [call(428, -100, b'/proc', 1), call(430, b'proc', 0), call(433, -100, b'/', 0), call(432, 0, 0, 0),
    call(429, -100, b'/proc', -100, b'/mnt/x', 0), call(442, -100, b'/', 0, 0, 0), call(155, b'/mnt', b'/mnt/x')]
answers = {}
for number, attempt in enumerate(attempts):
    ctypes.set_errno(0)
    answer = 'done' if attempt() >= 0 else errno.errorcode[ctypes.get_errno()]
    answers.setdefault(answer, []).append(number)
print(*sorted(answers) if len(answers) == 1 else [answers])
# Ten thousand more are as many refusals.
print(sum(c.mount(b'x', b'/mnt/x', b'tmpfs', 0, None) == 0 for _ in range(10_000)), len(open('/proc/self/mounts').readlines()) < 60)
";
    assert_eq!(python(&mut calls, "one", attempts), "EPERM\n0 True\n");
    // Privileged processes of the host get another answer: there is no such file system.
    if let Some(outside) = python_outside(
        "
import ctypes
c = ctypes.CDLL(None, use_errno=True)
c.mount(b'x', b'/', b'no-such-kind', 0, None)
print(ctypes.get_errno())
",
    ) {
        assert_eq!(outside, "19\n");
    }
    let output = calls.script("one", "unshare -Urm mount -t tmpfs x /mnt; unshare -m true; unshare -p true; nsenter -t 1 -m true");
    assert_ne!(output.exit_code, Some(0));
    assert_eq!(
        output.stderr.matches("Operation not permitted").count(),
        4,
        "{output:?}"
    );
}
