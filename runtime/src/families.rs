//! The families of generic netlink that a connection knows: asked for once, then kept.

use std::task::{Poll, ready};

use crate::call::{Call, Running};
use crate::connection::{Connection, ready as now};
use crate::engine::Engine;
use crate::errno;
use crate::error::{Error, RequestName};
use crate::family::{Family, Generic, Protocol};
use crate::nlctrl::{self, FamilyInfo, GetFamily, NlCtrl};
use crate::transport::Transport;
use crate::wait::Wait;

pub(crate) struct Known {
    pub(crate) name: &'static str,
    info: FamilyInfo,
}

impl<P: Protocol, T: Transport> Engine<P, T> {
    pub(crate) fn known(&self, name: &str) -> Option<&FamilyInfo> {
        self.families.iter().find(|known| known.name == name).map(|known| &known.info)
    }

    pub(crate) fn known_id(&self, name: &str) -> Option<u16> {
        if name == NlCtrl::NAME { Some(nlctrl::ID) } else { self.known(name)?.id }
    }

    /// The name of the family that has this id.
    pub(crate) fn family_of(&self, id: u16) -> Option<&'static str> {
        let known = self.families.iter().find(|known| known.info.id == Some(id));
        let controller = (id == nlctrl::ID).then_some(NlCtrl::NAME);
        // Of those that were joined the kernel tells when their ids change.
        let joined = self.channel.listeners.family_of(id);
        joined.or(controller).or(known.map(|known| known.name))
    }

    pub(crate) fn forget(&mut self, name: &str) {
        self.families.retain(|known| known.name != name);
    }

    /// The id of a family.
    pub(crate) fn poll_id(
        &mut self,
        name: &'static str,
        lookup: &mut Option<Box<Running>>,
        wait: &mut impl Wait<T>,
    ) -> Poll<Result<u16, Error>> {
        if self.known_id(name).is_none() {
            ready!(self.poll_known(name, lookup, wait))?;
        }
        Poll::Ready(self.known_id(name).ok_or(Error::UnknownFamily { family: name }))
    }

    /// Asks for a family, if it is not known (CTRL_CMD_GETFAMILY). `lookup` is the question while it
    /// is under way.
    pub(crate) fn poll_known(
        &mut self,
        name: &'static str,
        lookup: &mut Option<Box<Running>>,
        wait: &mut impl Wait<T>,
    ) -> Poll<Result<(), Error>> {
        match self.known(name) {
            Some(_) => Poll::Ready(Ok(())),
            None => self.poll_lookup(name, lookup, wait),
        }
    }

    /// Asks for a family, whatever is known of it.
    fn poll_lookup(
        &mut self,
        name: &'static str,
        lookup: &mut Option<Box<Running>>,
        wait: &mut impl Wait<T>,
    ) -> Poll<Result<(), Error>> {
        let mut running = match lookup.take() {
            Some(running) => running,
            None => {
                let request = GetFamily { name: Some(name.into()), id: None };
                Box::new(self.write(Call::of_do::<GetFamily>(), &request)?)
            }
        };
        let mut info = None;
        let answer = self.poll_one(&mut running, wait, &mut |message| {
            info = Some(message.decode::<FamilyInfo>()?);
            Ok(())
        });
        if answer.is_pending() {
            *lookup = Some(running);
            return Poll::Pending;
        }
        self.close(&mut running);
        match ready!(answer) {
            Err(Error::Kernel(error)) if error.errno == errno::ENOENT => {}
            answer => drop(answer?),
        }
        self.forget(name); // another may have asked meanwhile
        let info = info.ok_or(Error::UnknownFamily { family: name })?;
        self.channel.listeners.has_id(&info);
        self.families.push(Known { name, info });
        Poll::Ready(Ok(()))
    }
}

/// Waits for a family to be there, or to be gone.
pub(crate) struct FamilyWait {
    name: &'static str,
    wanted: bool,
    listener: u64,
    /// Whether it is being asked for, or to be told of.
    asking: bool,
    lookup: Option<Box<Running>>,
}

impl FamilyWait {
    /// It hears what is told from now on, in the group [`nlctrl::NOTIFY`], which is joined already.
    pub(crate) fn new<P: Protocol, T: Transport>(
        engine: &mut Engine<P, T>,
        name: &'static str,
        wanted: bool,
    ) -> Self {
        let listener = engine.listen::<nlctrl::Change>();
        Self { name, wanted, listener, asking: true, lookup: None }
    }

    pub(crate) fn poll<P: Protocol, T: Transport>(
        &mut self,
        engine: &mut Engine<P, T>,
        wait: &mut impl Wait<T>,
    ) -> Poll<Result<(), Error>> {
        loop {
            if self.asking {
                match ready!(engine.poll_lookup(self.name, &mut self.lookup, wait)) {
                    Ok(()) if self.wanted => return Poll::Ready(Ok(())),
                    Err(Error::UnknownFamily { .. }) if !self.wanted => return Poll::Ready(Ok(())),
                    Ok(()) | Err(Error::UnknownFamily { .. }) => self.asking = false,
                    Err(error) => return Poll::Ready(Err(error)),
                }
            }
            // Whatever is told: it may have been this family. What is lost, too.
            match ready!(engine.channel.poll_told(self.listener, wait)) {
                Ok(None) => {
                    return Poll::Ready(Err(Error::Timeout { request: wait_for(self.name) }));
                }
                Err(error) if !error.is_loss() => return Poll::Ready(Err(error)),
                Ok(Some(_)) | Err(_) => self.asking = true,
            }
        }
    }

    pub(crate) fn close<P: Protocol, T: Transport>(&mut self, engine: &mut Engine<P, T>) {
        if let Some(lookup) = &mut self.lookup {
            engine.close(lookup);
        }
        engine.channel.listeners.close(self.listener);
    }
}

/// What a wait for a family is called.
pub(crate) fn wait_for(family: &'static str) -> RequestName {
    RequestName { family, operation: "family" }
}

impl<T: Transport> Connection<Generic, T> {
    /// What the running kernel says of a family: id, operations, groups. Asked for once, then
    /// kept.
    ///
    /// # Errors
    /// [`Error::UnknownFamily`] where the kernel does not have it.
    pub fn family<F: Family<Protocol = Generic>>(&mut self) -> Result<&FamilyInfo, Error> {
        self.family_named(F::NAME)
    }

    /// As [`Connection::family`], of a family whose name is known only at run time.
    ///
    /// # Errors
    /// As [`Connection::family`].
    pub fn family_named(&mut self, family: &'static str) -> Result<&FamilyInfo, Error> {
        let mut wait = self.block();
        now(self.engine.poll_known(family, &mut None, &mut wait))?;
        self.engine.known(family).ok_or(Error::UnknownFamily { family })
    }

    /// The name of the family that has this id, the type of its messages: of those that were asked for, or
    /// of which a group was joined. What a notification is of is told so.
    ///
    /// ```no_run
    /// # let mut conn = nlkit::Connection::generic()?;
    /// conn.join(nlkit::nlctrl::NOTIFY)?;
    /// let told = conn.notification()?;
    /// println!("{:?} tells", conn.family_of(told.message().header().kind));
    /// # Ok::<(), nlkit::Error>(())
    /// ```
    pub fn family_of(&self, id: u16) -> Option<&'static str> {
        self.engine.family_of(id)
    }

    /// All families of the running kernel in this network namespace, with their operations and groups.
    ///
    /// # Errors
    /// As [`Connection::dump`].
    pub fn families(&mut self) -> Result<Vec<FamilyInfo>, Error> {
        self.dump(&GetFamily::default())?.collect()
    }

    /// Waits until the kernel has a family: its module is loaded. Ready at once where it has.
    ///
    /// ```no_run
    /// # enum Lamp {}
    /// # impl nlkit::Family for Lamp {
    /// #     type Protocol = nlkit::Generic;
    /// #     const NAME: &'static str = "lamp";
    /// # }
    /// let mut conn = nlkit::Connection::generic()?;
    /// conn.set_timeout(Some(std::time::Duration::from_secs(10)));
    /// let lamp = conn.wait_for_family::<Lamp>()?;
    /// println!("{:?}", lamp.version);
    /// # Ok::<(), nlkit::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Timeout`] where the connection has one.
    pub fn wait_for_family<F: Family<Protocol = Generic>>(&mut self) -> Result<&FamilyInfo, Error> {
        self.wait_for_change(F::NAME, true)?;
        self.family::<F>()
    }

    /// Waits until the kernel has a family no more: its module is unloaded.
    ///
    /// # Errors
    /// As [`Connection::wait_for_family`].
    pub fn wait_for_family_to_go<F: Family<Protocol = Generic>>(&mut self) -> Result<(), Error> {
        self.wait_for_change(F::NAME, false)
    }

    fn wait_for_change(&mut self, name: &'static str, wanted: bool) -> Result<(), Error> {
        let group = nlctrl::NOTIFY;
        let joined = self.engine.channel.listeners.has_joined(group.family(), group.name());
        self.join(group)?;
        let mut wait = self.block_told();
        let mut waiting = FamilyWait::new(&mut self.engine, name, wanted);
        let outcome = now(waiting.poll(&mut self.engine, &mut wait));
        waiting.close(&mut self.engine);
        if !joined {
            self.leave(group)?;
        }
        outcome
    }
}
