//! Ways to anything on a network, beyond what `live` asks for.

use std::net::{TcpListener, UdpSocket};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixListener};

use crate::{lab, python, python_outside};

#[test]
fn no_protocol_leads_out() {
    let Some((_runner, mut calls)) = lab() else {
        return;
    };
    let tries = "
import errno, socket
def answer(call):
    try: call(); return 'done'
    except socket.gaierror as error: return 'no name'
    except OSError as error: return errno.errorcode[error.errno]
def tcp(address, family=socket.AF_INET):
    def connect():
        one = socket.socket(family); one.settimeout(5); one.connect((address, 80))
    return connect
def send(address, family=socket.AF_INET, kind=socket.SOCK_DGRAM, protocol=0, port=53):
    return lambda: socket.socket(family, kind, protocol).sendto(bytes(8), (address, port))
for address in ['8.8.8.8', '169.254.169.254', '10.0.0.1', '172.17.0.1', '192.168.1.1', '100.100.100.200']:
    print('tcp', address, answer(tcp(address)))
    print('udp', address, answer(send(address)))
    print('icmp', address, answer(send(address, kind=socket.SOCK_RAW, protocol=socket.IPPROTO_ICMP, port=0)))
for address in ['2001:db8::1', 'fd00:ec2::254', 'fe80::1', 'ff02::1']:
    print('tcp6', address, answer(tcp(address, socket.AF_INET6)))
    print('udp6', address, answer(send(address, socket.AF_INET6)))
print('name', answer(lambda: socket.getaddrinfo('example.org', 80)))
print('broadcast', answer(send('255.255.255.255')))
print('multicast', answer(send('224.0.0.1')))
";
    let begin = std::time::Instant::now();
    let answers = python(&mut calls, "one", tries);
    // Refused at once, not after time-outs.
    assert!(begin.elapsed().as_secs() < 5, "{:?}", begin.elapsed());
    for line in answers.lines() {
        let answer = line.rsplit(' ').next().unwrap();
        let is_refused = matches!(
            answer,
            "ENETUNREACH" | "EHOSTUNREACH" | "EACCES" | "EADDRNOTAVAIL" | "EINVAL" | "name"
        );
        assert!(is_refused, "{line}");
    }
    assert!(answers.matches("ENETUNREACH").count() >= 18, "{answers}");
    let links = "ip link add name x type dummy; ip link add name v type veth; ip tuntap add x mode tun; ip route add default dev lo; ip addr add 10.0.0.2/8 dev lo; ip netns add x; iptables -L";
    for line in links.split("; ") {
        assert_ne!(calls.script("one", line).exit_code, Some(0), "{line}");
    }
}

#[test]
fn services_of_the_host_are_elsewhere() {
    let Some((_runner, mut calls)) = lab() else {
        return;
    };
    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    let everywhere = TcpListener::bind("0.0.0.0:0").unwrap();
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    udp.set_nonblocking(true).unwrap();
    let name = format!("host-service-{}", std::process::id());
    let address = SocketAddr::from_abstract_name(&name).unwrap();
    let _abstract = UnixListener::bind_addr(&address).unwrap();
    let ports = [&tcp, &everywhere].map(|listener| listener.local_addr().unwrap().port());
    let reach = format!(
        "
import socket
for port in {ports:?}:
    for address in ['127.0.0.1', '127.0.0.2', '0.0.0.0', '::1', '::ffff:127.0.0.1']:
        one = socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET)
        if one.connect_ex((address, port)) == 0: print('reached', address)
one = socket.socket(socket.AF_UNIX)
if one.connect_ex('\\0{name}') == 0: print('reached it')
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', {udp}))
",
        udp = udp.local_addr().unwrap().port()
    );
    assert_eq!(python(&mut calls, "one", &reach), "");
    assert!(udp.recv(&mut [0]).is_err());
    if let Some(outside) = python_outside(&reach) {
        assert!(
            outside.contains("reached 127.0.0.1\n") && outside.contains("reached it"),
            "{outside}"
        );
        udp.set_nonblocking(false).unwrap();
        assert_eq!(udp.recv(&mut [0]).unwrap(), 1);
    }
    let sockets = calls.script(
        "one",
        "find / -xdev -type s; cat /proc/net/unix | tail -n +2; ss -Htuln",
    );
    assert_eq!(sockets.stdout, "", "{sockets:?}");
}
