//! The families of generic netlink that a connection knows: asked for once, then kept.

use crate::call::Call;
use crate::connection::Connection;
use crate::error::Error;
use crate::family::{Family, Generic, Protocol};
use crate::nlctrl::{self, FamilyInfo, GetFamily, NlCtrl};
use crate::transport::Transport;

pub(crate) struct Known {
    pub(crate) name: &'static str,
    info: FamilyInfo,
}

impl<P: Protocol, T: Transport> Connection<P, T> {
    pub(crate) fn known(&self, name: &str) -> Option<&FamilyInfo> {
        self.families.iter().find(|known| known.name == name).map(|known| &known.info)
    }

    pub(crate) fn forget(&mut self, name: &str) {
        self.families.retain(|known| known.name != name);
    }

    pub(crate) fn resolve(&mut self, name: &'static str) -> Result<&FamilyInfo, Error> {
        let index = match self.families.iter().position(|known| known.name == name) {
            Some(index) => index,
            None => {
                let info = self.ask_for_family(name)?;
                self.families.push(Known { name, info });
                self.families.len() - 1
            }
        };
        let known = self.families.get(index).map(|known| &known.info);
        known.ok_or(Error::UnknownFamily { family: name })
    }

    /// CTRL_CMD_GETFAMILY. It leaves the request in `sent` as it is.
    fn ask_for_family(&mut self, name: &'static str) -> Result<FamilyInfo, Error> {
        let sent = std::mem::take(&mut self.sent);
        let request = GetFamily { name: Some(name.into()), id: None };
        let answer = self.ask(Call::of_do::<GetFamily>(), &request);
        self.sent = sent;
        match answer {
            Err(Error::Kernel(error)) if error.errno == libc::ENOENT => {
                Err(Error::UnknownFamily { family: name })
            }
            answer => answer,
        }
    }

    pub(crate) fn family_id(&mut self, name: &'static str) -> Result<u16, Error> {
        if name == NlCtrl::NAME {
            return Ok(nlctrl::ID);
        }
        let id = self.resolve(name)?.id;
        id.ok_or(Error::UnknownFamily { family: name })
    }
}

impl<T: Transport> Connection<Generic, T> {
    /// What the running kernel says of a family: id, operations, groups. Asked for once, then
    /// kept.
    ///
    /// # Errors
    /// [`Error::UnknownFamily`] where the kernel does not have it.
    pub fn family<F: Family<Protocol = Generic>>(&mut self) -> Result<&FamilyInfo, Error> {
        self.resolve(F::NAME)
    }
}
