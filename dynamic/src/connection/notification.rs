//! Multicast groups, and what is told there.

use nlkit::{Message, Modifiers, RawGroup, RawMessage, Transport};
use nlkit_codegen::ir::{GroupBy, Protocol};

use super::{Call, Connection, Error, Link, either};
use crate::{Family, Mode, Operation, Value};

/// What a family tells unasked.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Notification {
    /// The family that tells it; `None` where no spec tells whose it is.
    pub family: Option<&'static str>,
    /// Its name; `None` of one that the spec does not know.
    pub name: Option<&'static str>,
    /// What it says; `None` of one that the spec does not know: its bytes are in `message`.
    pub value: Option<Value>,
    /// The message, as it came.
    pub message: RawMessage,
}

impl Notification {
    /// The network namespace that it is from; `None` where it is the socket's own. See
    /// [`Message::namespace`].
    pub fn namespace(&self) -> Option<i32> {
        self.message.message().namespace()
    }
}

impl<T: Transport> Connection<T> {
    /// Joins a multicast group of a family, by its name or its number.
    ///
    /// # Errors
    /// Where the family or the group is unknown to the kernel, or in another protocol than generic netlink to
    /// the spec; [`nlkit::Error::Group`] where it needs a capability.
    pub fn join(&mut self, family: &'static Family, group: &str) -> Result<(), Error> {
        let group = self.group(family, group)?;
        Ok(either!(&mut self.link, conn => conn.join_raw(group))?)
    }

    /// Leaves a multicast group.
    ///
    /// # Errors
    /// As [`Connection::join`].
    pub fn leave(&mut self, family: &'static Family, group: &str) -> Result<(), Error> {
        let group = self.group(family, group)?;
        Ok(either!(&mut self.link, conn => conn.leave_raw(group))?)
    }

    fn group(&mut self, family: &'static Family, group: &str) -> Result<RawGroup, Error> {
        self.add(family)?;
        let ir = family.ir();
        let known = ir.groups.iter().find(|known| known.name == group);
        let number = match known.map(|known| known.by) {
            Some(GroupBy::Number(number)) => Some(number),
            Some(GroupBy::Name | GroupBy::Nothing) => None,
            None => group.parse().ok(),
        };
        let name = match known {
            Some(known) => known.name.as_str(),
            // The kernel may have it all the same. Who joins groups joins few.
            None => String::leak(group.to_owned()),
        };
        Ok(RawGroup { family: family.name(), name, number })
    }

    /// Waits for the next notification of any joined group.
    ///
    /// # Errors
    /// [`nlkit::Error::Lost`] where notifications were lost, and of one that is malformed; the next call goes
    /// on. [`nlkit::Error::Timeout`] where the connection has one.
    pub fn notification(&mut self) -> Result<Notification, Error> {
        let message = either!(&mut self.link, conn => conn.notification())?;
        self.decode_notification(message)
    }

    /// The next notification of any joined group; `None` where there is none yet.
    ///
    /// # Errors
    /// As [`Connection::notification`].
    pub fn try_notification(&mut self) -> Result<Option<Notification>, Error> {
        let message = either!(&mut self.link, conn => conn.try_notification())?;
        message.map(|message| self.decode_notification(message)).transpose()
    }

    /// As [`Connection::request`], and gives what listeners are told of it (`NLM_F_ECHO`). A family that does
    /// not know the flag gives nothing.
    ///
    /// # Errors
    /// As [`Connection::request`].
    pub fn request_echo(
        &mut self,
        family: &'static Family,
        operation: &'static Operation,
        request: &Value,
        modifiers: Modifiers,
    ) -> Result<Vec<Notification>, Error> {
        let call = Call::new(family, operation, Mode::Do)?;
        let body = self.body(&call, request)?;
        let mut echoes = Vec::new();
        let take = |message: Message<'_>| echoes.push(message.to_raw());
        either!(&mut self.link, conn => conn.request_echo_raw(&call.raw, &body, modifiers, take))?;
        echoes.into_iter().map(|message| self.decode_notification(message)).collect()
    }

    fn decode_notification(&self, message: RawMessage) -> Result<Notification, Error> {
        let (cmd, body) = (message.message().cmd(), message.message().attrs());
        let families = self.families_of(&message.message());
        let listed = families.iter().find_map(|it| Some((*it, it.notification(cmd)?)));
        let (family, name, value) = match (listed, families.as_slice()) {
            (Some((family, (told, format))), _) => {
                (Some(family), Some(told.name.as_str()), Some(format.decode(body)?))
            }
            (None, families) => match families.iter().find_map(|it| as_request(it, cmd, body)) {
                Some((family, name, value)) => (Some(family), Some(name), Some(value)),
                None if families.len() == 1 => (families.first().copied(), None, None),
                None => (None, None, None),
            },
        };
        Ok(Notification { family: family.map(Family::name), name, value, message })
    }

    /// The families that a notification can be of: in generic netlink one at most, by its id.
    fn families_of(&self, message: &Message<'_>) -> Vec<&'static Family> {
        let name = match &self.link {
            Link::Generic(conn) => conn.family_of(message.header().kind),
            Link::Raw(_) => return self.families.clone(),
        };
        let named = |family: &&&Family| Some(family.name()) == name;
        self.families.iter().filter(named).copied().collect()
    }
}

/// A notification that the spec does not list, as a request that is told to others as it was made: so is
/// RTM_DELLINK. In generic netlink notifications have numbers of their own.
fn as_request(
    family: &'static Family,
    cmd: u16,
    body: &[u8],
) -> Option<(&'static Family, &'static str, Value)> {
    if family.ir().protocol == Protocol::Generic {
        return None;
    }
    let (operation, format) = family.by_request(cmd, Mode::Do)?;
    Some((family, operation.name(), format.decode(body).ok()?))
}
