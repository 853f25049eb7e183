//! Sockets in multicast groups, one for each protocol.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::time::Instant;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nlkit::nlctrl::{self, FamilyInfo};
use nlkit::wire::{GENL_HEADER_LEN, HEADER_LEN, Header};
use nlkit::{Connection, Namespace, Socket, Transport, errno};
use nlkit_codegen::ir::{GroupBy, Protocol};
use nlkit_dynamic::Family;
use nlkit_dynamic::decoder::{Context, Direction, Lookup};

use super::{Heard, Source};
use crate::failure::{Failure, code};
use crate::lookup::SpecLookup;
use crate::protocol::{self, GENERIC};
use crate::specs::similar;
use crate::talk::RECEIVE_BUFFER;

/// What is listened to where nothing is said: route, generic, netfilter.
const DEFAULT: [u16; 3] = [0, GENERIC, 12];
/// Groups of a protocol without generic netlink are tried up to this number.
const MAX_GROUP: u32 = 64;
/// The longest datagram that is taken whole.
const LONGEST: usize = 1 << 20;

/// All families of generic netlink in a network namespace.
pub(super) fn families(namespace: Option<&Namespace>) -> Result<Vec<FamilyInfo>, Failure> {
    let mut conn = match namespace {
        Some(namespace) => Connection::open_in(namespace)?,
        None => Connection::generic()?,
    };
    Ok(conn.families()?)
}

/// Sockets that listen.
pub(super) struct Ears {
    namespace: Option<Namespace>,
    all_namespaces: bool,
    sockets: BTreeMap<u16, Socket>,
    /// Whether groups of families that come are to be joined.
    all_families: bool,
    /// Groups that could not be joined, though nobody asked for them by name.
    unheard: Vec<String>,
    buffer: Vec<u8>,
}

impl Ears {
    pub(super) fn new(namespace: Option<Namespace>, all_namespaces: bool) -> Self {
        Self {
            namespace,
            all_namespaces,
            sockets: BTreeMap::new(),
            all_families: false,
            unheard: Vec::new(),
            buffer: Vec::with_capacity(LONGEST),
        }
    }

    /// Joins what the words name.
    pub(super) fn open(
        &mut self,
        words: &[String],
        families: Vec<FamilyInfo>,
        lookup: &mut SpecLookup,
    ) -> Result<(), Failure> {
        if words.is_empty() {
            for protocol in DEFAULT {
                self.join_protocol(protocol, &families)?;
            }
        }
        for word in words {
            let (name, groups) = match word.split_once(':') {
                Some((name, groups)) => (name, groups.split(',').collect()),
                None => (word.as_str(), Vec::new()),
            };
            match protocol::number(name) {
                Some(protocol) if groups.is_empty() => self.join_protocol(protocol, &families)?,
                Some(protocol) => self.join_groups(protocol, name, &groups, lookup)?,
                None => self.join_family(name, &groups, &families, lookup)?,
            }
        }
        self.tell_unheard();
        Ok(())
    }

    /// Tells once which groups could not be joined.
    fn tell_unheard(&mut self) {
        if !self.unheard.is_empty() {
            let what = std::mem::take(&mut self.unheard).join(", ");
            let _ =
                writeln!(io::stderr(), "nlkit: not heard, since that needs more rights: {what}");
        }
    }

    fn socket(&mut self, protocol: u16) -> Result<&mut Socket, Failure> {
        if !self.sockets.contains_key(&protocol) {
            let options = Socket::options().receive_buffer(RECEIVE_BUFFER);
            let socket = match &self.namespace {
                Some(namespace) => options.open_protocol_in(protocol.into(), namespace)?,
                None => options.open_protocol(protocol.into())?,
            };
            if self.all_namespaces {
                socket.set_listen_all_namespaces(true)?;
            }
            self.sockets.insert(protocol, socket);
        }
        let socket = self.sockets.get_mut(&protocol);
        socket.ok_or_else(|| Failure::system(format_args!("no socket of protocol {protocol}")))
    }

    /// Joins all groups of a protocol.
    fn join_protocol(&mut self, protocol: u16, families: &[FamilyInfo]) -> Result<(), Failure> {
        if protocol == GENERIC {
            self.all_families = true;
            return families.iter().try_for_each(|family| self.join_all(family));
        }
        for group in 1..=MAX_GROUP {
            match self.socket(protocol)?.join(group) {
                Ok(()) => {}
                Err(error) if errno::of(&error) == Some(errno::EPERM) => {
                    self.unheard.push(format!("{}:{group}", protocol::name(protocol)));
                }
                // Behind the last one, or without a listener.
                Err(_) => break,
            }
        }
        Ok(())
    }

    /// Joins all groups of a family of generic netlink.
    fn join_all(&mut self, family: &FamilyInfo) -> Result<(), Failure> {
        for group in family.groups.iter().flatten() {
            let Some(id) = group.id else { continue };
            if self.socket(GENERIC)?.join(id).is_err() {
                let name = |it: &Option<nlkit::NlString>| it.as_ref().map(ToString::to_string);
                let family = name(&family.name).unwrap_or_default();
                self.unheard.push(format!("{family}:{}", name(&group.name).unwrap_or_default()));
            }
        }
        Ok(())
    }

    /// Joins groups of a protocol, by number or as the specs of its families call them.
    fn join_groups(
        &mut self,
        protocol: u16,
        name: &str,
        groups: &[&str],
        lookup: &mut SpecLookup,
    ) -> Result<(), Failure> {
        let of_specs = lookup.raw(protocol).into_iter().filter_map(|it| groups_of_spec(it).ok());
        let known: Vec<_> = of_specs.flat_map(|(_, known)| known).collect();
        for id in numbers(&format!("protocol `{name}`"), groups, &known)? {
            self.socket(protocol)?.join(id)?;
        }
        Ok(())
    }

    /// Joins groups of a family, all of them where none is named.
    fn join_family(
        &mut self,
        name: &str,
        groups: &[&str],
        families: &[FamilyInfo],
        lookup: &mut SpecLookup,
    ) -> Result<(), Failure> {
        let is_it = |info: &&FamilyInfo| info.name.as_ref().is_some_and(|it| *it == name);
        let (protocol, known) = match families.iter().find(is_it) {
            Some(info) => (GENERIC, groups_of(info)),
            None => groups_of_spec(lookup.named(name)?)?,
        };
        let wanted = match groups.is_empty() {
            true => known.iter().map(|(_, id)| *id).collect(),
            false => numbers(&format!("family `{name}`"), groups, &known)?,
        };
        if wanted.is_empty() {
            let what = format!("family `{name}` has no multicast groups");
            return Err(Failure::new(code::UNKNOWN, what));
        }
        for id in wanted {
            self.socket(protocol)?.join(id)?;
        }
        Ok(())
    }

    /// Joins the groups of a family that has come.
    fn follow(&mut self, datagram: &[u8]) -> Result<(), Failure> {
        let Some(header) = Header::parse(datagram).filter(|header| header.kind == nlctrl::ID)
        else {
            return Ok(());
        };
        let len = usize::try_from(header.len).unwrap_or(usize::MAX);
        let attrs = datagram.get(HEADER_LEN + GENL_HEADER_LEN..len.min(datagram.len()));
        if let Some(Ok(family)) = attrs.map(nlkit::decode::<FamilyInfo>) {
            self.join_all(&family)?;
        }
        self.tell_unheard();
        Ok(())
    }
}

/// Names and numbers of the groups of a family of the kernel.
fn groups_of(info: &FamilyInfo) -> Vec<(String, u32)> {
    let groups = info.groups.iter().flatten();
    groups.filter_map(|group| Some((group.name.as_ref()?.to_string(), group.id?))).collect()
}

/// The protocol of a family without generic netlink, and the groups that its spec has.
fn groups_of_spec(family: &'static Family) -> Result<(u16, Vec<(String, u32)>), Failure> {
    let Protocol::Raw(protocol) = family.ir().protocol else {
        let what = format!("this kernel has no family `{}`", family.name());
        return Err(Failure::new(code::UNKNOWN, what)
            .help("`nlkit families` lists those that it has; a module may have to be loaded"));
    };
    let groups = family.ir().groups.iter().filter_map(|group| match group.by {
        GroupBy::Number(number) => Some((group.name.clone(), number)),
        GroupBy::Name | GroupBy::Nothing => None,
    });
    Ok((protocol.into(), groups.collect()))
}

/// The numbers of groups that are given by name or number.
fn numbers(of: &str, groups: &[&str], known: &[(String, u32)]) -> Result<Vec<u32>, Failure> {
    let number = |group: &&str| {
        let by_name = known.iter().find(|(name, _)| name == group).map(|(_, id)| *id);
        by_name.or_else(|| group.parse().ok()).ok_or_else(|| {
            let what = format!("{of} has no group `{group}`");
            let failure = Failure::new(code::UNKNOWN, what);
            let names = known.iter().map(|(name, _)| name.as_str());
            match similar(group, names.clone()) {
                Some(other) => {
                    failure.help(format_args!("there is one with a similar name: `{other}`"))
                }
                None if known.is_empty() => failure.help("its groups go by number"),
                None => {
                    failure.help(format_args!("it has {}", names.collect::<Vec<_>>().join(", ")))
                }
            }
        })
    };
    groups.iter().map(number).collect()
}

impl Source for Ears {
    fn hear(&mut self, deadline: Option<Instant>) -> Result<Vec<Heard>, Failure> {
        let mut waiting: Vec<_> = self
            .sockets
            .values()
            .map(|socket| PollFd::new(socket.as_fd(), PollFlags::POLLIN))
            .collect();
        wait(&mut waiting, deadline)?;
        let ready: Vec<u16> = self
            .sockets
            .keys()
            .zip(&waiting)
            .filter(|(_, fd)| fd.any().unwrap_or(true))
            .map(|(protocol, _)| *protocol)
            .collect();
        let mut all = Vec::new();
        for protocol in ready {
            let Some(socket) = self.sockets.get_mut(&protocol) else { continue };
            self.buffer.clear();
            match socket.receive(&mut self.buffer) {
                Ok(received) => {
                    let bytes = self.buffer.clone();
                    if protocol == GENERIC && self.all_families {
                        self.follow(&bytes)?;
                    }
                    let context = Context {
                        protocol: Some(protocol),
                        direction: Some(Direction::FromKernel),
                        told: true,
                        cut_from: (received.len > bytes.len()).then_some(received.len),
                        ..Context::default()
                    };
                    let namespace = received.source.namespace;
                    all.push(Heard::Datagram { bytes, context, namespace });
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) if errno::of(&error) == Some(errno::ENOBUFS) => {
                    let name = protocol::name(protocol);
                    all.push(Heard::Lost(format!(
                        "messages of protocol {name} were lost: the receive buffer was full"
                    )));
                }
                Err(error) => return Err(nlkit::Error::from(error).into()),
            }
        }
        Ok(all)
    }
}

/// Waits until there is something to read, or `deadline` has passed.
pub(super) fn wait(waiting: &mut [PollFd<'_>], deadline: Option<Instant>) -> Result<(), Failure> {
    let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
    let timeout = match left {
        // Rounded up, so as not to come back a moment too early.
        Some(left) => PollTimeout::try_from(left.as_millis() + 1).unwrap_or(PollTimeout::MAX),
        None => PollTimeout::NONE,
    };
    match poll(waiting, timeout) {
        Ok(_) | Err(nix::Error::EINTR) => Ok(()),
        Err(error) => Err(Failure::system(error)),
    }
}
