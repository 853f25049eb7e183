//! An nlmon device: all datagrams of a network namespace, requests and answers of all processes.

use std::io::IoSliceMut;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::time::Instant;

use nix::ifaddrs::getifaddrs;
use nix::net::if_::{InterfaceFlags, if_nametoindex};
use nix::poll::{PollFd, PollFlags};
use nix::sched::{CloneFlags, setns};
use nix::sys::socket::{
    AddressFamily, ControlMessageOwned, LinkAddr, MsgFlags, SockFlag, SockProtocol, SockType,
    recvmsg, setsockopt, socket, sockopt,
};
use nlkit::Namespace;
use nlkit_dynamic::decoder::{Context, Direction};

use super::ears::wait;
use super::{Heard, Source};
use crate::failure::Failure;
use crate::talk::RECEIVE_BUFFER;

/// ARPHRD_NETLINK, the type of such a device.
const ARPHRD_NETLINK: u16 = 824;
/// PACKET_USER and PACKET_KERNEL: where a datagram goes.
const TO_USER: u8 = 6;
const TO_KERNEL: u8 = 7;
/// The longest datagram that is taken whole.
const LONGEST: usize = 1 << 20;

/// A packet socket that takes what comes of one device.
pub(super) struct Device {
    socket: OwnedFd,
    index: usize,
    buffer: Vec<u8>,
    /// How many packets the kernel has dropped.
    dropped: u32,
}

impl Device {
    pub(super) fn open(name: &str, namespace: Option<&Namespace>) -> Result<Self, Failure> {
        if let Some(namespace) = namespace {
            // This thread does nothing else from now on.
            setns(namespace, CloneFlags::CLONE_NEWNET).map_err(Failure::system)?;
        }
        check(name)?;
        let index = if_nametoindex(name).map_err(|error| no_device(name, error))?;
        let index = usize::try_from(index).map_err(Failure::system)?;
        let socket = socket(
            AddressFamily::Packet,
            SockType::Datagram,
            SockFlag::SOCK_CLOEXEC,
            SockProtocol::EthAll,
        )
        .map_err(|error| match error {
            nix::Error::EPERM => Failure::system("a packet socket needs CAP_NET_RAW"),
            error => Failure::system(format_args!("no packet socket: {error}")),
        })?;
        let size = usize::try_from(RECEIVE_BUFFER).map_err(Failure::system)?;
        // Without the right to more, the limit of the system.
        if setsockopt(&socket, sockopt::RcvBufForce, &size).is_err() {
            setsockopt(&socket, sockopt::RcvBuf, &size).map_err(Failure::system)?;
        }
        setsockopt(&socket, sockopt::RxqOvfl, &1).map_err(Failure::system)?;
        Ok(Self { socket, index, buffer: vec![0; LONGEST], dropped: 0 })
    }

    /// Takes a packet. The socket is not bound to the device, which needs unsafe code: others' are passed
    /// over.
    fn take(&mut self) -> Result<Vec<Heard>, nix::Error> {
        let mut control = nix::cmsg_space!(u32);
        let mut buffers = [IoSliceMut::new(&mut self.buffer)];
        let flags = MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_TRUNC;
        let message =
            recvmsg::<LinkAddr>(self.socket.as_raw_fd(), &mut buffers, Some(&mut control), flags)?;
        let (len, address) = (message.bytes, message.address);
        let dropped = message.cmsgs()?.find_map(|beside| match beside {
            ControlMessageOwned::RxqOvfl(count) => Some(count),
            _ => None,
        });
        let mut heard = Vec::new();
        if let Some(count) = dropped.filter(|count| *count != self.dropped) {
            let more = count.wrapping_sub(self.dropped);
            self.dropped = count;
            heard.push(Heard::Lost(format!(
                "{more} packets were lost: the receive buffer was full"
            )));
        }
        let Some(address) = address.filter(|it| it.ifindex() == self.index) else {
            return Ok(heard);
        };
        if address.hatype() != ARPHRD_NETLINK {
            return Ok(heard);
        }
        let context = Context {
            protocol: Some(u16::from_be(address.protocol())),
            direction: match address.pkttype() {
                TO_KERNEL => Some(Direction::ToKernel),
                TO_USER => Some(Direction::FromKernel),
                _ => None,
            },
            cut_from: (len > LONGEST).then_some(len),
            ..Context::default()
        };
        let bytes = self.buffer.get(..len.min(LONGEST)).unwrap_or_default().to_vec();
        heard.push(Heard::Datagram { bytes, context, namespace: None });
        Ok(heard)
    }
}

/// That it is an nlmon device which is up.
fn check(name: &str) -> Result<(), Failure> {
    let all = getifaddrs().map_err(Failure::system)?;
    let Some(device) = all.into_iter().find(|it| it.interface_name == name) else {
        return Err(no_device(name, nix::Error::ENODEV));
    };
    let address = device.address.as_ref().and_then(|address| address.as_link_addr().copied());
    if address.is_some_and(|address| address.hatype() != ARPHRD_NETLINK) {
        return Err(Failure::usage(format_args!("`{name}` is no nlmon device"))
            .help("`ip link add nlmon0 type nlmon` makes one"));
    }
    if !device.flags.contains(InterfaceFlags::IFF_UP) {
        return Err(Failure::system(format_args!("`{name}` is down: nothing is heard there"))
            .help(format_args!("`ip link set {name} up`")));
    }
    Ok(())
}

fn no_device(name: &str, error: nix::Error) -> Failure {
    Failure::system(format_args!("no device `{name}`: {error}")).help(format_args!(
        "`ip link add {name} type nlmon` and `ip link set {name} up` make one, where the kernel has it"
    ))
}

impl Source for Device {
    fn hear(&mut self, deadline: Option<Instant>) -> Result<Vec<Heard>, Failure> {
        let mut waiting = [PollFd::new(self.socket.as_fd(), PollFlags::POLLIN)];
        wait(&mut waiting, deadline)?;
        match self.take() {
            Ok(heard) => Ok(heard),
            Err(nix::Error::EAGAIN | nix::Error::EINTR) => Ok(Vec::new()),
            Err(error) => Err(Failure::system(format_args!("the packet socket: {error}"))),
        }
    }
}
