//! Where other devices reach this machine.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};

use super::authority::is_private;

/// Interfaces of containers and virtual machines: no phone is in those networks.
const INNER: [&str; 6] = ["docker", "br-", "veth", "virbr", "cni", "lxc"];

/// The addresses of this machine in private networks; the one that other networks are reached from comes first.
pub fn addresses() -> Vec<Ipv4Addr> {
    let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
    let outer =
        interfaces.iter().filter(|own| !own.is_loopback() && !INNER.iter().any(|start| own.name.starts_with(start)));
    let mut found: Vec<Ipv4Addr> = outer
        .filter_map(|own| match own.ip() {
            IpAddr::V4(address) if is_private(address) => Some(address),
            _ => None,
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    let first = towards_the_world();
    found.sort_by_key(|address| Some(*address) != first);
    found
}

/// The address this machine would send from. Choosing a way for UDP sends nothing.
fn towards_the_world() -> Option<Ipv4Addr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    // An address for documentation (RFC 5737): any would do.
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    match socket.local_addr().ok()? {
        SocketAddr::V4(own) => Some(*own.ip()),
        SocketAddr::V6(_) => None,
    }
}
