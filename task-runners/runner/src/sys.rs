//! The only file with unsafe code: system calls that no safe crate offers.

use std::ffi::{CStr, CString};
use std::fs::File;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::fcntl::{FcntlArg, fcntl};
use nix::sched::CloneFlags;
use nix::sys::socket::{ControlMessageOwned, MsgFlags, recvmsg};
use nix::unistd::Pid;
use task_protocol::TerminalSize;
use tokio::io::unix::AsyncFd;

const MOVE_MOUNT_F_EMPTY_PATH: u32 = 4;
const LOOP_CONFIGURE: u64 = 0x4C0A;
const FIFREEZE: u64 = 0xC004_5877;
const FITHAW: u64 = 0xC004_5878;
const LOOP_CTL_GET_FREE: u64 = 0x4C82;
const LO_FLAGS_READ_ONLY: u32 = 1;
const LO_FLAGS_AUTOCLEAR: u32 = 4;
/// Descriptors that a child may be given beside the standard three.
pub const MORE_DESCRIPTORS_MAX: usize = 6;

fn c_path(path: &Path) -> io::Result<CString> {
    Ok(CString::new(path.as_os_str().as_bytes())?)
}

#[expect(
    unsafe_code,
    reason = "wraps a descriptor that a system call has just made"
)]
fn owned(descriptor: libc::c_long) -> io::Result<OwnedFd> {
    if descriptor < 0 {
        return Err(io::Error::last_os_error());
    }
    let descriptor = RawFd::try_from(descriptor).map_err(io::Error::other)?;
    // SAFETY: the call that returned it made it for us alone.
    Ok(unsafe { OwnedFd::from_raw_fd(descriptor) })
}

fn checked(result: libc::c_long) -> io::Result<()> {
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// Mounts the tree below `source` at `target`, read-only, with owners shifted by the user
/// namespace.
///
/// # Errors
/// The kernel or the file system of `source` does not know idmapped mounts, or a path is missing.
#[expect(unsafe_code, reason = "the new mount calls have no safe wrapper")]
pub fn mount_shifted(source: &Path, target: &Path, namespace: BorrowedFd<'_>) -> io::Result<()> {
    let (source, target) = (c_path(source)?, c_path(target)?);
    // SAFETY: the path is a C string that lives through the call.
    let tree = owned(unsafe {
        libc::syscall(
            libc::SYS_open_tree,
            libc::AT_FDCWD,
            source.as_ptr(),
            libc::OPEN_TREE_CLONE | libc::OPEN_TREE_CLOEXEC,
        )
    })?;
    let attributes = libc::mount_attr {
        attr_set: libc::MOUNT_ATTR_IDMAP | libc::MOUNT_ATTR_RDONLY | libc::MOUNT_ATTR_NODEV,
        attr_clr: 0,
        propagation: 0,
        userns_fd: u64::try_from(namespace.as_raw_fd()).map_err(io::Error::other)?,
    };
    let empty: &CStr = c"";
    // SAFETY: the structure is a complete mount_attr and its true size is given.
    checked(unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            tree.as_raw_fd(),
            empty.as_ptr(),
            libc::AT_EMPTY_PATH,
            &raw const attributes,
            size_of::<libc::mount_attr>(),
        )
    })?;
    // SAFETY: both paths are C strings that live through the call.
    checked(unsafe {
        libc::syscall(
            libc::SYS_move_mount,
            tree.as_raw_fd(),
            empty.as_ptr(),
            libc::AT_FDCWD,
            target.as_ptr(),
            MOVE_MOUNT_F_EMPTY_PATH,
        )
    })
}

/// A user namespace in which 0..`count` are `base`.. outside. It lives as long as the descriptor.
///
/// # Errors
/// The kernel does not let us make user namespaces.
#[expect(
    unsafe_code,
    reason = "the child enters the namespace before it starts"
)]
pub fn user_namespace(base: u32, count: u32) -> io::Result<File> {
    let mut command = Command::new("cat");
    command
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null());
    // SAFETY: unshare is one system call, allowed between fork and exec.
    unsafe {
        command.pre_exec(|| Ok(nix::sched::unshare(CloneFlags::CLONE_NEWUSER)?));
    }
    let mut child = command.spawn()?;
    let place = PathBuf::from(format!("/proc/{}", child.id()));
    let map = format!("0 {base} {count}\n");
    let namespace = std::fs::write(place.join("uid_map"), &map)
        .and_then(|()| std::fs::write(place.join("gid_map"), &map))
        .and_then(|()| File::open(place.join("ns/user")));
    child.kill()?;
    child.wait()?;
    namespace
}

#[repr(C)]
struct LoopInfo64 {
    device: u64,
    inode: u64,
    rdevice: u64,
    offset: u64,
    size_limit: u64,
    number: u32,
    encrypt_type: u32,
    encrypt_key_size: u32,
    flags: u32,
    file_name: [u8; 64],
    crypt_name: [u8; 64],
    encrypt_key: [u8; 32],
    init: [u64; 2],
}

#[repr(C)]
struct LoopConfig {
    descriptor: u32,
    block_size: u32,
    info: LoopInfo64,
    reserved: [u64; 8],
}

/// Binds a file to a free loop device, which frees itself when it is no longer mounted. Gives the
/// device's path and a descriptor that keeps it until then.
///
/// # Errors
/// There are no loop devices on this machine.
#[expect(unsafe_code, reason = "loop devices are driven by ioctl")]
pub fn loop_device(file: &File, is_read_only: bool) -> io::Result<(PathBuf, File)> {
    let control = File::options()
        .read(true)
        .write(true)
        .open("/dev/loop-control")?;
    let mut tries = 0;
    loop {
        // SAFETY: the request takes no argument.
        let number = unsafe { libc::ioctl(control.as_raw_fd(), LOOP_CTL_GET_FREE) };
        if number < 0 {
            return Err(io::Error::last_os_error());
        }
        let path = PathBuf::from(format!("/dev/loop{number}"));
        let device = File::options().read(true).write(true).open(&path)?;
        // SAFETY: all zero bytes are a valid LoopConfig: it is integers only.
        let mut config: LoopConfig = unsafe { MaybeUninit::zeroed().assume_init() };
        config.descriptor = u32::try_from(file.as_raw_fd()).map_err(io::Error::other)?;
        config.info.flags = LO_FLAGS_AUTOCLEAR;
        if is_read_only {
            config.info.flags |= LO_FLAGS_READ_ONLY;
        }
        // SAFETY: the request reads one LoopConfig, which lives through the call.
        let result = unsafe { libc::ioctl(device.as_raw_fd(), LOOP_CONFIGURE, &raw const config) };
        if result == 0 {
            return Ok((path, device));
        }
        let error = io::Error::last_os_error();
        tries += 1;
        // Somebody else took the device between the two requests.
        if error.raw_os_error() != Some(libc::EBUSY) || tries > 32 {
            return Err(error);
        }
    }
}

/// A file system that stands still: nothing is written to it, and what was written is on the device.
/// It goes on when this is dropped.
#[derive(Debug)]
pub struct Frozen(File);

impl Frozen {
    /// Freezes the file system that holds the directory.
    ///
    /// # Errors
    /// It is of a kind that cannot be frozen.
    pub fn of(directory: &Path) -> io::Result<Self> {
        let file = File::open(directory)?;
        frozen(&file, FIFREEZE)?;
        Ok(Self(file))
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        if let Err(error) = frozen(&self.0, FITHAW) {
            tracing::error!(%error, "a file system stays frozen");
        }
    }
}

#[expect(unsafe_code, reason = "file systems are frozen by ioctl")]
fn frozen(file: &File, request: u64) -> io::Result<()> {
    // SAFETY: both requests ignore their argument.
    checked(unsafe { libc::ioctl(file.as_raw_fd(), request, 0) }.into())
}

/// Gives the child `more` as its descriptors 3, 4 and so on.
///
/// # Errors
/// There are too many, or a descriptor cannot be copied.
#[expect(unsafe_code, reason = "descriptors are placed between fork and exec")]
pub fn give_descriptors(command: &mut Command, more: &[OwnedFd]) -> io::Result<()> {
    if more.len() > MORE_DESCRIPTORS_MAX {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    // Copies above the places to fill, so that filling one does not close another.
    let copies = more
        .iter()
        .map(|fd| owned(fcntl(fd, FcntlArg::F_DUPFD_CLOEXEC(16))?.into()))
        .collect::<io::Result<Vec<_>>>()?;
    // SAFETY: dup2 is one system call, allowed between fork and exec; the places 3.. hold nothing
    // that the child needs, see `reserve_descriptors`.
    unsafe {
        command.pre_exec(move || {
            for (place, copy) in (3..).zip(&copies) {
                if libc::dup2(copy.as_raw_fd(), place) < 0 {
                    return Err(io::Error::last_os_error());
                }
            }
            Ok(())
        });
    }
    Ok(())
}

/// Fills the places that [`give_descriptors`] overwrites in children, so that no descriptor of
/// ours (such as the one by which a child reports that it could not start) ever lands there.
/// Called first thing in `main`.
///
/// # Errors
/// `/dev/null` cannot be opened.
pub fn reserve_descriptors() -> io::Result<()> {
    let last = 3 + RawFd::try_from(MORE_DESCRIPTORS_MAX).map_err(io::Error::other)?;
    loop {
        let file = File::open("/dev/null")?;
        if file.as_raw_fd() >= last {
            return Ok(());
        }
        // Kept open for the life of the process.
        std::mem::forget(file);
    }
}

/// Receives one descriptor that a runtime sends over its console socket.
///
/// # Errors
/// Nothing was sent, or no descriptor with it.
pub fn receive_descriptor(socket: impl AsFd) -> io::Result<OwnedFd> {
    let mut name = [0_u8; 4096];
    let mut parts = [io::IoSliceMut::new(&mut name)];
    let mut space = nix::cmsg_space!([RawFd; 1]);
    let message = recvmsg::<()>(
        socket.as_fd().as_raw_fd(),
        &mut parts,
        Some(&mut space),
        MsgFlags::MSG_CMSG_CLOEXEC,
    )?;
    for part in message.cmsgs()? {
        if let ControlMessageOwned::ScmRights(descriptors) = part
            && let Some(descriptor) = descriptors.first()
        {
            return owned((*descriptor).into());
        }
    }
    Err(io::ErrorKind::UnexpectedEof.into())
}

/// Makes orphans below this process its children, so that it can wait for what a runtime leaves
/// running. Somebody must reap them soon: a pid namespace does not end before that.
///
/// # Errors
/// The kernel does not know it.
pub fn adopt_orphans() -> io::Result<()> {
    Ok(nix::sys::prctl::set_child_subreaper(true)?)
}

/// A descriptor that becomes readable when the process ends.
///
/// # Errors
/// There is no such process.
#[expect(unsafe_code, reason = "no safe wrapper")]
pub fn process_descriptor(process: Pid) -> io::Result<OwnedFd> {
    // SAFETY: the call takes two integers.
    owned(unsafe { libc::syscall(libc::SYS_pidfd_open, process.as_raw(), 0) })
}

/// The extended attributes of a file, not of what a link leads to, in the order of their names.
///
/// # Errors
/// They cannot be read.
#[expect(unsafe_code, reason = "no safe wrapper")]
pub fn extended_attributes(path: &Path) -> io::Result<Vec<(CString, Vec<u8>)>> {
    let path = c_path(path)?;
    // SAFETY: the path is a C string and the buffer is as long as is said.
    let names =
        filled(|buffer, size| unsafe { libc::llistxattr(path.as_ptr(), buffer.cast(), size) })?;
    let mut attributes = Vec::new();
    for name in names.split_inclusive(|byte| *byte == 0) {
        let name = CString::from_vec_with_nul(name.to_vec()).map_err(io::Error::other)?;
        // SAFETY: as above, for both strings.
        let value = filled(|buffer, size| unsafe {
            libc::lgetxattr(path.as_ptr(), name.as_ptr(), buffer.cast(), size)
        })?;
        attributes.push((name, value));
    }
    attributes.sort();
    Ok(attributes)
}

/// Calls for the length first, then for the content, which must not grow in between.
fn filled(call: impl Fn(*mut u8, usize) -> isize) -> io::Result<Vec<u8>> {
    let checked =
        |length: isize| usize::try_from(length).map_err(|_negative| io::Error::last_os_error());
    let mut buffer = vec![0_u8; checked(call(std::ptr::null_mut(), 0))?];
    if !buffer.is_empty() {
        let length = checked(call(buffer.as_mut_ptr(), buffer.len()))?;
        buffer.truncate(length);
    }
    Ok(buffer)
}

/// Lets the runtime watch a descriptor.
///
/// # Errors
/// The runtime has no room for another.
#[expect(
    unsafe_code,
    reason = "the descriptor must stay what it is while it is watched"
)]
pub fn watch(descriptor: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
    // SAFETY: an owned descriptor gives the same open descriptor for as long as it lives.
    Ok(unsafe { AsyncFd::register(descriptor) }?)
}

/// Tells a pseudo terminal its size.
///
/// # Errors
/// The descriptor is no terminal.
#[expect(unsafe_code, reason = "the size is set by ioctl")]
pub fn set_terminal_size(terminal: impl AsFd, size: TerminalSize) -> io::Result<()> {
    let size = libc::winsize {
        ws_row: size.rows(),
        ws_col: size.columns(),
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    // SAFETY: the request reads one winsize, which lives through the call.
    let result = unsafe {
        libc::ioctl(
            terminal.as_fd().as_raw_fd(),
            libc::TIOCSWINSZ,
            &raw const size,
        )
    };
    checked(result.into())
}
