//! The families of generic netlink that a connection knows: asked for once, then kept.

use std::task::{Poll, ready};

use crate::call::{Call, Running};
use crate::engine::Engine;
use crate::error::Error;
use crate::family::{Family, Protocol};
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
        if self.known(name).is_some() {
            return Poll::Ready(Ok(()));
        }
        let mut running = match lookup.take() {
            Some(running) => running,
            None => {
                let request = GetFamily { name: Some(name.into()), id: None };
                Box::new(self.write(Call::of_do::<GetFamily>(), &request)?)
            }
        };
        let answer = self.poll_one(&mut running, &mut None, wait, &mut |message| {
            Ok(message.decode::<FamilyInfo>()?)
        });
        if answer.is_pending() {
            *lookup = Some(running);
            return Poll::Pending;
        }
        self.close(&mut running);
        let info = match ready!(answer) {
            Err(Error::Kernel(error)) if error.errno == libc::ENOENT => None,
            answer => answer?,
        };
        let info = info.ok_or(Error::UnknownFamily { family: name })?;
        self.channel.listeners.has_id(name, info.id);
        self.families.push(Known { name, info });
        Poll::Ready(Ok(()))
    }
}
