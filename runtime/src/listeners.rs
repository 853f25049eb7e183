//! Who wants which notifications, and what was told and not read yet.

use std::collections::VecDeque;

use crate::family::{Family, Notification, Protocol};
use crate::loss::Loss;
use crate::message::{Message, RawMessage};
use crate::nlctrl::FamilyInfo;

/// How many notifications are kept for each who reads them later. Who never does must not fill
/// memory.
const KEPT: usize = 1 << 16;

/// The listener that is told what no other wants.
pub(crate) const ANYONE: u64 = 0;

#[derive(Debug)]
pub(crate) struct Listeners {
    /// The multicast groups that were joined.
    joined: Vec<Joined>,
    /// What no listener wants.
    rest: Listener,
    some: Vec<Listener>,
    last: u64,
    /// How often something was lost.
    losses: u64,
    /// How many notifications were dropped, since nobody read them.
    pub(crate) dropped: u64,
}

#[derive(Debug)]
struct Joined {
    family: &'static str,
    group: &'static str,
    /// Id of the family, in generic netlink.
    id: Option<u16>,
    /// The last loss that its listeners know of.
    told: u64,
}

#[derive(Debug)]
struct Listener {
    number: u64,
    wants: Wants,
    queue: VecDeque<Kept>,
    /// The last loss that it knows of.
    told: u64,
    /// Too much was kept.
    dropped: bool,
}

#[derive(Debug)]
enum Kept {
    Message(RawMessage),
    /// Something was lost here; losses are counted.
    Lost(u64, Loss),
}

/// What a listener is told.
#[derive(Debug)]
pub(crate) enum Told {
    Message(RawMessage),
    /// Notifications may have been lost.
    Lost(Loss),
}

/// Which notifications are a family's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wants {
    family: &'static str,
    generic: bool,
    /// Id of the family, in generic netlink.
    id: Option<u16>,
    /// Numbers of its messages, in other protocols.
    cmds: &'static [u16],
}

impl Wants {
    pub(crate) fn of<N: Notification>(id: Option<u16>) -> Self {
        let generic = <N::Family as Family>::Protocol::GENERIC;
        Self { family: N::Family::NAME, generic, id, cmds: N::CMDS }
    }
}

impl Listener {
    fn new(number: u64, wants: Wants, told: u64) -> Self {
        Self { number, wants, queue: VecDeque::new(), told, dropped: false }
    }

    /// Keeps what is told; of too much the oldest is lost, which is told. Whether it was.
    fn keep(&mut self, kept: Kept) -> bool {
        let full = self.queue.len() >= KEPT;
        if full {
            self.queue.pop_front();
            self.dropped = true;
        }
        self.queue.push_back(kept);
        full
    }

    fn lose(&mut self, number: u64, loss: Loss) {
        match self.queue.back_mut() {
            Some(Kept::Lost(last, how)) => (*last, *how) = (number, loss),
            _ => {
                self.keep(Kept::Lost(number, loss));
            }
        }
    }

    fn take(&mut self) -> Option<Told> {
        if std::mem::take(&mut self.dropped) {
            return Some(Told::Lost(Loss::Overrun));
        }
        loop {
            match self.queue.pop_front()? {
                Kept::Message(message) => return Some(Told::Message(message)),
                Kept::Lost(number, loss) if number > self.told => {
                    self.told = number;
                    return Some(Told::Lost(loss));
                }
                Kept::Lost(..) => {}
            }
        }
    }
}

impl Default for Listeners {
    fn default() -> Self {
        let wants = Wants { family: "", generic: true, id: None, cmds: &[] };
        Self {
            joined: Vec::new(),
            rest: Listener::new(ANYONE, wants, 0),
            some: Vec::new(),
            last: 0,
            losses: 0,
            dropped: 0,
        }
    }
}

impl Listeners {
    /// A group was joined, of the family with this id.
    pub(crate) fn join(&mut self, family: &'static str, group: &'static str, id: Option<u16>) {
        if !self.has_joined(family, group) {
            self.joined.push(Joined { family, group, id, told: self.losses });
        }
    }

    pub(crate) fn leave(&mut self, family: &str, group: &str) {
        self.joined.retain(|it| it.family != family || it.group != group);
    }

    pub(crate) fn has_joined(&self, family: &str, group: &str) -> bool {
        self.joined.iter().any(|it| it.family == family && it.group == group)
    }

    /// Whether a group of a family was joined.
    pub(crate) fn has_joined_of(&self, family: &FamilyInfo) -> bool {
        self.joined.iter().any(|it| family.is(it.family))
    }

    /// Whether a group of another family was joined.
    pub(crate) fn has_joined_beside(&self, family: &str) -> bool {
        self.joined.iter().any(|it| it.family != family)
    }

    pub(crate) fn has_joined_any(&self) -> bool {
        !self.joined.is_empty()
    }

    /// Begins to listen; what was kept for anyone and is wanted comes first.
    pub(crate) fn open(&mut self, wants: Wants) -> u64 {
        self.last += 1;
        let known = self.joined.iter().filter(|it| it.family == wants.family);
        let told = known.map(|it| it.told).min();
        let mut listener = Listener::new(self.last, wants, told.unwrap_or(self.losses));
        listener.dropped = self.rest.dropped && told.is_some();
        for kept in std::mem::take(&mut self.rest.queue) {
            match kept {
                Kept::Message(message) if self.is_wanted(&wants, &message.message()) => {
                    listener.keep(Kept::Message(message));
                }
                Kept::Message(_) => {
                    self.rest.keep(kept);
                }
                Kept::Lost(number, loss) => {
                    listener.lose(number, loss);
                    self.rest.lose(number, loss);
                }
            }
        }
        self.some.push(listener);
        self.last
    }

    /// Listens no longer. What was not read yet is for anyone, unless another heard it, too.
    pub(crate) fn close(&mut self, number: u64) {
        let Some(index) = self.some.iter().position(|it| it.number == number) else { return };
        let closed = self.some.remove(index);
        self.rest.dropped |= closed.dropped;
        for kept in closed.queue {
            let Kept::Message(message) = &kept else { continue };
            if !self.some.iter().any(|other| self.is_wanted(&other.wants, &message.message())) {
                self.rest.keep(kept);
            }
        }
    }

    /// What the kernel says of a family now.
    pub(crate) fn has_id(&mut self, family: &FamilyInfo) {
        let ours = self.some.iter_mut().filter(|it| family.is(it.wants.family));
        ours.for_each(|it| it.wants.id = family.id);
        let joined = self.joined.iter_mut().filter(|it| family.is(it.family));
        joined.for_each(|it| it.id = family.id);
    }

    /// The id of a family of which a group was joined, as it was told last.
    pub(crate) fn id_of(&self, family: &str) -> Option<u16> {
        self.joined.iter().find(|it| it.family == family)?.id
    }

    /// The family with this id, of those of which a group was joined.
    pub(crate) fn family_of(&self, id: u16) -> Option<&'static str> {
        self.joined.iter().find(|it| it.id == Some(id)).map(|it| it.family)
    }

    /// The numbers of a family's groups that were joined.
    pub(crate) fn groups_of(&self, family: &FamilyInfo) -> Vec<u32> {
        let joined = self.joined.iter().filter(|it| family.is(it.family));
        joined.filter_map(|it| family.group(it.group)).collect()
    }

    /// Hands a notification to everyone who wants it.
    pub(crate) fn tell(&mut self, message: &Message<'_>) {
        let mut wanted = false;
        for index in 0..self.some.len() {
            let wants = self.some.get(index).map(|it| it.wants);
            let ours = wants.is_some_and(|wants| self.is_wanted(&wants, message));
            if let (true, Some(listener)) = (ours, self.some.get_mut(index)) {
                self.dropped += u64::from(listener.keep(Kept::Message(message.to_raw())));
                wanted = true;
            }
        }
        if !wanted {
            self.dropped += u64::from(self.rest.keep(Kept::Message(message.to_raw())));
        }
    }

    pub(crate) fn is_wanted(&self, wants: &Wants, message: &Message<'_>) -> bool {
        match wants.generic {
            true => wants.id == Some(message.header().kind),
            // A message that no spec knows is of the family that alone is listened to.
            false => {
                let mut joined = self.joined.iter();
                wants.cmds.contains(&message.cmd())
                    || self.has_joined_any() && joined.all(|it| it.family == wants.family)
            }
        }
    }

    /// Tells everyone that notifications may have been lost here.
    pub(crate) fn lose(&mut self, loss: Loss) {
        self.losses += 1;
        self.rest.lose(self.losses, loss);
        self.some.iter_mut().for_each(|listener| listener.lose(self.losses, loss));
    }

    /// What a listener is told next, if it was told already.
    pub(crate) fn take(&mut self, number: u64) -> Option<Told> {
        let listener = match number {
            ANYONE => &mut self.rest,
            _ => self.some.iter_mut().find(|it| it.number == number)?,
        };
        let told = listener.take();
        if let Some(Told::Lost(_)) = told {
            let (family, loss) = (listener.wants.family, listener.told);
            let joined = self.joined.iter_mut().filter(|it| it.family == family);
            joined.for_each(|it| it.told = it.told.max(loss));
        }
        told
    }

    /// Whether a listener is going to be told of a loss.
    pub(crate) fn has_lost(&self, number: u64) -> bool {
        let listener = self.some.iter().find(|it| it.number == number);
        listener.is_some_and(|it| {
            it.dropped
                || it
                    .queue
                    .iter()
                    .any(|kept| matches!(kept, Kept::Lost(loss, _) if *loss > it.told))
        })
    }

    /// How many were kept for anyone.
    pub(crate) fn kept(&self) -> usize {
        self.rest.queue.len()
    }
}
