//! The families of a simulated kernel, and its sockets.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use super::faults::Faults;
use super::inbox::Inbox;
use super::nlctrl;
use super::policy::{self, OpSets};
use super::socket::Socket;
use crate::asynchronous;
use crate::connection::Connection;
use crate::errno;
use crate::error::Error;
use crate::family::{Family, Generic, Group, Notification, Protocol};
use crate::nlctrl::{FamilyInfo, NOTIFY, NlCtrl};
use crate::serve::{Client, Declared, Envelope, Refusal, Service, Shared};
use crate::wire::Header;

/// The ids of generic netlink families that are loaded go from here on (GENL_START_ALLOC).
const FIRST_ID: u16 = 0x13;
/// The largest id (GENL_MAX_ID).
const LAST_ID: u16 = 1023;
/// Group numbers go from here on: that of nlctrl is 16, those of other protocols their own.
const FIRST_GROUP: u32 = 17;
/// The first socket's port.
const FIRST_PORT: u32 = 1001;

/// A kernel with the families that were added to it, and with nlctrl.
///
/// Clones are the same kernel; threads can share it. Handlers may use it too, to notify for example,
/// but may not ask the service that they are of.
#[derive(Clone)]
pub struct Kernel {
    state: Arc<Mutex<State>>,
}

/// A kernel that does not live longer for this.
#[derive(Clone)]
pub(super) struct Known(Weak<Mutex<State>>);

struct State {
    /// Of generic netlink, by id.
    families: BTreeMap<u16, Loaded>,
    /// Of other protocols, by protocol.
    others: Vec<(i32, Loaded)>,
    sockets: Vec<(i32, u32, Arc<Inbox>)>,
    next_id: u16,
    next_group: u32,
    next_port: u32,
    privileged: bool,
    faults: Faults,
}

/// A family that the kernel has.
pub(super) struct Loaded {
    pub(super) info: FamilyInfo,
    name: &'static str,
    envelope: Envelope,
    groups: Arc<[Declared]>,
    ops: Vec<OpSets>,
    service: Shared,
}

impl Kernel {
    /// A kernel with no family but nlctrl.
    pub fn new() -> Self {
        let state = State {
            families: BTreeMap::new(),
            others: Vec::new(),
            sockets: Vec::new(),
            next_id: FIRST_ID,
            next_group: FIRST_GROUP,
            next_port: FIRST_PORT,
            privileged: true,
            faults: Faults::new(),
        };
        let kernel = Self { state: Arc::new(Mutex::new(state)) };
        let mut core = nlctrl::service(&kernel).core;
        core.envelope.id = crate::nlctrl::ID;
        core.groups = Arc::new([Declared { name: NOTIFY.name(), number: nlctrl::GROUP }]);
        kernel
            .lock()
            .families
            .insert(crate::nlctrl::ID, Loaded::new::<NlCtrl>(Arc::new(Mutex::new(core))));
        kernel
    }

    /// Loads a family: it gets an id, its groups get numbers, and listeners of nlctrl are told. One that
    /// is loaded already is removed first.
    pub fn add<F: Family>(&self, service: Service<F>) {
        self.remove::<F>();
        self.load::<F>(Arc::new(Mutex::new(service.core)));
    }

    /// Unloads a family; false where it is not there. Its requests are refused with `ENOENT` then, its
    /// listeners are no longer in its groups, and those of nlctrl are told.
    pub fn remove<F: Family>(&self) -> bool {
        self.unload(F::NAME, F::Protocol::NUMBER).is_some()
    }

    /// Unloads a family and loads it again, as a module that is updated: with another id, and other
    /// numbers of its groups. False where it is not there.
    pub fn reload<F: Family>(&self) -> bool {
        let unloaded = self.unload(F::NAME, F::Protocol::NUMBER);
        let there = unloaded.is_some();
        if let Some(service) = unloaded {
            self.load::<F>(service);
        }
        there
    }

    /// A connection to this kernel.
    pub fn connect<P: Protocol>(&self) -> Connection<P, Socket> {
        Connection::with_transport(self.socket::<P>())
    }

    /// A socket of protocol `P`, bound to a port of its own.
    pub fn socket<P: Protocol>(&self) -> Socket {
        let mut state = self.lock();
        let port = state.next_port;
        state.next_port += 1;
        let inbox = Arc::new(Inbox::new(state.faults.of_socket(port)));
        state.sockets.push((P::NUMBER, port, inbox.clone()));
        let client = Client { privileged: state.privileged, ..Client::new(port) };
        drop(state);
        Socket::new(self.clone(), P::NUMBER, client, inbox)
    }

    /// A connection to this kernel for tasks, on any runtime.
    pub fn connect_async<P: Protocol>(&self) -> asynchronous::Connection<P, Socket> {
        asynchronous::Connection::with_transport(self.socket::<P>())
    }

    /// Tells a group, as the kernel tells what nobody has asked for.
    ///
    /// # Errors
    /// Where the family is not loaded, or did not declare the group, or a value does not fit into a
    /// message.
    pub fn notify<N: Notification>(&self, group: Group<N>, message: &N) -> Result<(), Error> {
        self.notify_from(None, group, message)
    }

    /// As [`Kernel::notify`], in another network namespace: only sockets that listen to all of them
    /// ([`Socket::set_listen_all_namespaces`]) hear of it, and of the namespace's id.
    ///
    /// # Errors
    /// As [`Kernel::notify`].
    pub fn notify_in<N: Notification>(
        &self,
        namespace: i32,
        group: Group<N>,
        message: &N,
    ) -> Result<(), Error> {
        self.notify_from(Some(namespace), group, message)
    }

    fn notify_from<N: Notification>(
        &self,
        namespace: Option<i32>,
        group: Group<N>,
        message: &N,
    ) -> Result<(), Error> {
        let (family, protocol) = (N::Family::NAME, <N::Family as Family>::Protocol::NUMBER);
        let state = self.lock();
        let loaded = state.loaded(family, protocol).ok_or(Error::UnknownFamily { family })?;
        let unknown = Error::UnknownGroup { family, group: group.name() };
        let number = Declared::number_in(&loaded.groups, group).ok_or(unknown)?;
        let mut attrs = Vec::new();
        let cmd = message.encode(&mut attrs)?;
        let datagram = loaded.envelope.notification(cmd, &attrs);
        drop(state);
        let deliver = |inbox: &Inbox| inbox.deliver_to_group(&datagram, number, namespace);
        self.each_inbox(protocol, None, deliver);
        Ok(())
    }

    /// Whether sockets may use operations that need `CAP_NET_ADMIN`: those made from now on.
    pub fn set_privileged(&self, privileged: bool) {
        self.lock().privileged = privileged;
    }

    /// What goes wrong on sockets: on those made from now on, on each by its own count.
    pub fn set_faults(&self, faults: Faults) {
        self.lock().faults = faults;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn load<F: Family>(&self, service: Shared) {
        if !F::Protocol::GENERIC {
            let loaded = Loaded::new::<F>(service);
            self.lock().others.push((F::Protocol::NUMBER, loaded));
            return;
        }
        let mut core = service.lock().unwrap_or_else(PoisonError::into_inner);
        // The state is locked within a service's lock only, as handlers do it.
        let mut state = self.lock();
        core.envelope.id = state.free_id();
        let groups =
            core.groups.iter().map(|group| Declared { number: state.free_group(), ..*group });
        let groups: Arc<[Declared]> = groups.collect();
        core.groups = groups;
        drop(core);
        let loaded = Loaded::new::<F>(service);
        let info = loaded.info.clone();
        state.families.insert(loaded.envelope.id, loaded);
        drop(state);
        nlctrl::came(self, info);
    }

    fn unload(&self, name: &str, protocol: i32) -> Option<Shared> {
        let mut state = self.lock();
        let position =
            state.others.iter().position(|(number, it)| *number == protocol && it.name == name);
        if let Some(index) = position {
            return Some(state.others.swap_remove(index).1.service);
        }
        let id = state.loaded(name, protocol)?.envelope.id;
        let loaded = state.families.remove(&id)?;
        for (_, _, inbox) in state.sockets.iter().filter(|socket| socket.0 == protocol) {
            let mut inbox = inbox.lock();
            inbox.groups.retain(|group| loaded.groups.iter().all(|own| own.number != *group));
        }
        drop(state);
        nlctrl::went(self, loaded.info);
        Some(loaded.service)
    }

    /// Sends to who is in a group, but for the port `except`.
    pub(super) fn multicast(
        &self,
        protocol: i32,
        group: u32,
        datagram: &[u8],
        except: Option<u32>,
    ) {
        let deliver = |inbox: &Inbox| inbox.deliver_to_group(datagram, group, None);
        self.each_inbox(protocol, except, deliver);
    }

    /// Calls `deliver` for each socket of a protocol, but for the one at port `except`.
    fn each_inbox(&self, protocol: i32, except: Option<u32>, deliver: impl Fn(&Inbox)) {
        let state = self.lock();
        let sockets = state.sockets.iter().filter(|(number, _, _)| *number == protocol);
        let others = sockets.filter(|(_, port, _)| Some(*port) != except);
        let inboxes: Vec<_> = others.map(|(_, _, inbox)| inbox.clone()).collect();
        // Delivering may wake a task, which may use the kernel.
        drop(state);
        inboxes.iter().for_each(|inbox| deliver(inbox));
    }

    /// Whether anything in the kernel listens to a protocol.
    pub(super) fn speaks(&self, protocol: i32) -> bool {
        let generic = protocol == Generic::NUMBER;
        generic || self.lock().others.iter().any(|(number, _)| *number == protocol)
    }

    /// The service that a message is for.
    pub(super) fn find(&self, protocol: i32, header: &Header) -> Result<Shared, Refusal> {
        let state = self.lock();
        if protocol == Generic::NUMBER {
            let loaded = state.families.get(&header.kind);
            let loaded = loaded.ok_or_else(|| Refusal::new(errno::ENOENT))?;
            return Ok(loaded.service.clone());
        }
        let mut others = state.others.iter().filter(|(number, _)| *number == protocol);
        let found = others.find(|(_, loaded)| loaded.ops.iter().any(|op| op.cmd == header.kind));
        let found = found.ok_or_else(|| Refusal::new(errno::EOPNOTSUPP))?;
        Ok(found.1.service.clone())
    }

    pub(super) fn downgrade(&self) -> Known {
        Known(Arc::downgrade(&self.state))
    }

    /// What nlctrl tells of the families that `wanted` picks.
    pub(super) fn infos(&self, wanted: impl Fn(&FamilyInfo) -> bool) -> Vec<FamilyInfo> {
        let state = self.lock();
        let infos = state.families.values().map(|loaded| &loaded.info);
        infos.filter(|info| wanted(info)).cloned().collect()
    }

    /// What the operations of such a family consist of.
    pub(super) fn op_sets(&self, wanted: impl Fn(&FamilyInfo) -> bool) -> Option<Vec<OpSets>> {
        let state = self.lock();
        let mut families = state.families.values();
        families.find(|loaded| wanted(&loaded.info)).map(|loaded| loaded.ops.clone())
    }

    pub(super) fn close(&self, inbox: &Arc<Inbox>) {
        self.lock().sockets.retain(|(_, _, other)| !Arc::ptr_eq(other, inbox));
    }
}

impl Known {
    /// The kernel, where there is one still.
    pub(super) fn kernel(&self) -> Option<Kernel> {
        self.0.upgrade().map(|state| Kernel { state })
    }
}

impl State {
    fn loaded(&self, name: &str, protocol: i32) -> Option<&Loaded> {
        let others = self.others.iter().filter(|(number, _)| *number == protocol);
        let mut others = others.map(|(_, loaded)| loaded);
        match protocol == Generic::NUMBER {
            true => self.families.values().find(|loaded| loaded.name == name),
            false => others.find(|loaded| loaded.name == name),
        }
    }

    /// The next id that no family has; ids are not used again at once.
    fn free_id(&mut self) -> u16 {
        let id = self.next_id;
        self.next_id = if id >= LAST_ID { FIRST_ID } else { id + 1 };
        match self.families.contains_key(&id) && self.families.len() < usize::from(LAST_ID) / 2 {
            true => self.free_id(),
            false => id,
        }
    }

    fn free_group(&mut self) -> u32 {
        let group = self.next_group;
        self.next_group = self.next_group.wrapping_add(1).max(FIRST_GROUP);
        group
    }
}

impl Loaded {
    fn new<F: Family>(service: Shared) -> Self {
        let core = service.lock().unwrap_or_else(PoisonError::into_inner);
        let (envelope, groups) = (core.envelope, core.groups.clone());
        let ops = policy::op_sets(&core);
        let info = nlctrl::info(F::NAME, &core);
        drop(core);
        Self { info, name: F::NAME, envelope, groups, ops, service }
    }
}

impl Default for Kernel {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.lock();
        let generic = state.families.values();
        let names = generic.chain(state.others.iter().map(|(_, loaded)| loaded));
        let names: Vec<_> = names.map(|loaded| loaded.name).collect();
        f.debug_struct("Kernel").field("families", &names).finish_non_exhaustive()
    }
}
