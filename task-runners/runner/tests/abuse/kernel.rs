//! System calls that reach into the kernel or into other processes.

use crate::{lab, python, python_outside};

/// Tries system calls, each in a process of its own; prints the name and the answer of each.
const TRY: &str = r"
import ctypes, errno, os, signal, sys
c = ctypes.CDLL(None, use_errno=True)
NEW = {'mount': 0x20000, 'cgroup': 0x2000000, 'uts': 0x4000000, 'ipc': 0x8000000, 'user': 0x10000000, 'pid': 0x20000000, 'net': 0x40000000}
buffer = ctypes.create_string_buffer(4096)
stat = os.open('/proc/self/ns/net', os.O_RDONLY)
calls = {
    'keyctl': (250, 0, -3, 1), 'add_key': (248, b'user', b'x', b'y', 1, -3), 'request_key': (249, b'user', b'x', 0, 0),
    'socket vsock': (41, 40, 1, 0),
    'io_uring_setup': (425, 8, buffer), 'io_uring_enter': (426, 0, 0, 0, 0, 0, 0), 'io_uring_register': (427, 0, 0, 0, 0),
    'bpf': (321, 0, buffer, 120), 'perf_event_open': (298, buffer, 0, -1, -1, 0), 'userfaultfd': (323, 0),
    'kexec_load': (246, 0, 0, 0, 0), 'kexec_file_load': (320, -1, -1, 0, b'', 0),
    'init_module': (175, buffer, 1, b''), 'finit_module': (313, -1, b'', 0), 'delete_module': (176, b'x', 0),
    'settimeofday': (164, buffer, 0), 'clock_settime': (227, 0, buffer), 'clock_adjtime': (305, 0, buffer),
    'reboot': (169, 0xfee1dead, 672274793, 0x1234567, 0), 'swapon': (167, b'/x', 0), 'swapoff': (168, b'/x'),
    'syslog': (103, 3, buffer, 4096), 'acct': (163, b'/tmp/acct'), 'quotactl': (179, 0, 0, 0, 0),
    'open_by_handle_at': (304, -100, buffer, 0), 'fanotify_init': (300, 0, 0), 'lookup_dcookie': (212, 0, 0, 0),
    'iopl': (172, 3), 'ioperm': (173, 0, 1, 1), 'modify_ldt': (154, 0, buffer, 16), 'vhangup': (153,),
    'pidfd_getfd': (438, 0, 0, 0), 'kcmp': (312, 1, 1, 0, 0, 0), 'process_madvise': (440, -1, 0, 0, 0, 0),
    'mbind': (237, 0, 0, 0, 0, 0, 0), 'move_pages': (279, 0, 0, 0, 0, 0, 0), 'migrate_pages': (256, 0, 0, 0, 0),
    'memfd_secret': (447, 0), 'listmount': (458, buffer, buffer, 8, 0), 'statmount': (457, buffer, buffer, 8, 0),
    'sethostname': (170, b'x', 1), 'setdomainname': (171, b'x', 1), 'nfsservctl': (180, 0, 0, 0), 'uselib': (134, b'/x'),
    'setns': (308, stat, 0), 'personality': (135, 0x0040000), 'clone3': (435, buffer, 64), 'no such call': (9999,),
    **{'unshare ' + name: (272, flag) for name, flag in NEW.items()},
    **{'unshare time': (272, 0x80)},
    **{'clone ' + name: (56, flag | 17, 0, 0, 0, 0) for name, flag in NEW.items()},
}
me = os.getpid()
for name, (number, *arguments) in calls.items():
    child = os.fork()
    if child == 0:
        ctypes.set_errno(0)
        answer = c.syscall(number, *arguments)
        if os.getppid() != me: os._exit(0)
        print(name, '=', 'done' if answer >= 0 else errno.errorcode[ctypes.get_errno()], flush=True)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status): print(name, '= killed by', signal.Signals(os.WTERMSIG(status)).name, flush=True)
";

#[test]
fn dangerous_calls_are_refused_and_nobody_is_killed_for_trying() {
    let Some((_runner, mut calls)) = lab() else {
        return;
    };
    let answers = python(&mut calls, "one", TRY);
    assert!(answers.lines().count() > 55, "{answers}");
    for line in answers.lines() {
        let answer = line.rsplit(" = ").next().unwrap();
        assert!(matches!(answer, "EPERM" | "ENOSYS"), "{line}");
    }
    // On the host some of them are carried out and others complain about their arguments. Only
    // harmless ones are tried there.
    let harmless = TRY.replace(
        "me = os.getpid()",
        "me = os.getpid()
calls = {name: calls[name] for name in ['keyctl', 'io_uring_setup', 'bpf', 'userfaultfd', 'unshare user', 'pidfd_getfd', 'kcmp', 'clone3', 'memfd_secret']}",
    );
    if let Some(outside) = python_outside(&harmless) {
        let others = outside
            .lines()
            .filter(|line| !line.ends_with("EPERM") && !line.ends_with("ENOSYS"));
        assert!(others.count() >= 4, "{outside}");
    }
}

/// Asks for the process id by the interfaces of other machines: 32 bits, and 64 bits with short
/// pointers. Prints what each came to.
const FOREIGN: &str = r"
import ctypes, mmap, os
c = ctypes.CDLL(None, use_errno=True)
code = mmap.mmap(-1, 4096, prot=7)
code.write(b'\xb8\x14\x00\x00\x00\xcd\x80\xc3')  # mov eax, 20 (getpid); int 0x80; ret
old = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))
for call in [old, lambda: c.syscall(0x40000000 + 39)]:
    child = os.fork()
    if child == 0: os._exit(7 if call() == os.getpid() else 0)
    status = os.waitpid(child, 0)[1]
    print('done' if status == 7 << 8 else 'refused')
";

#[test]
fn calls_of_other_machines_are_not_carried_out() {
    let Some((_runner, mut calls)) = lab() else {
        return;
    };
    // The filter knows one machine only: whoever calls as another is ended, alone.
    assert_eq!(python(&mut calls, "one", FOREIGN), "refused\nrefused\n");
    if let Some(outside) = python_outside(FOREIGN)
        && !outside.starts_with("done")
    {
        crate::runner::announce("this kernel has no 32-bit calls anyway");
    }
    assert_eq!(calls.script("one", "true").exit_code, Some(0));
}

#[test]
fn no_process_but_the_labs_own_can_be_seen_or_touched() {
    let Some((runner, mut calls)) = lab() else {
        return;
    };
    let outside = runner.pid();
    let touch = format!(
        "
import ctypes, errno, os
c = ctypes.CDLL(None, use_errno=True)
outside = {outside}
buffer = ctypes.create_string_buffer(64)
def answer(call):
    ctypes.set_errno(0)
    return 'done' if call() >= 0 else errno.errorcode[ctypes.get_errno()]
vector = (ctypes.c_void_p * 2)(ctypes.addressof(buffer), 8)
print(os.path.exists('/proc/%d' % outside),
    answer(lambda: c.kill(outside, 0)), answer(lambda: c.ptrace(16, outside, 0, 0)),
    answer(lambda: c.process_vm_readv(outside, vector, 1, vector, 1, 0)),
    answer(lambda: c.syscall(434, outside, 0)), answer(lambda: c.getpgid(outside)))
"
    );
    assert_eq!(
        python(&mut calls, "one", &touch),
        "False ESRCH ESRCH ESRCH ESRCH ESRCH\n"
    );
    // Its own processes it may trace: that is everyday work.
    let own = "
import ctypes, os, signal
c = ctypes.CDLL(None)
child = os.fork()
if child == 0: signal.pause()
print(c.ptrace(16, child, 0, 0)); os.kill(child, 9)
";
    assert_eq!(python(&mut calls, "one", own), "0\n");
    let names = calls
        .script("one", "cat /proc/[0-9]*/comm | sort -u | tr '\\n' ' '")
        .stdout;
    assert!(
        !names.contains("runner") && !names.contains("runc"),
        "{names}"
    );
}
