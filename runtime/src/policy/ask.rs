//! Asking the kernel.

use super::Policies;
use crate::asynchronous;
use crate::connection::Connection;
use crate::errno;
use crate::error::Error;
use crate::family::{Family, Generic};
use crate::nlctrl::{FamilyInfo, GetFamily, PolicyMessage};
use crate::transport::{AsyncTransport, Transport};

impl<T: Transport> Connection<Generic, T> {
    /// What the running kernel checks of a family's requests. It is asked each time: keep the answer.
    ///
    /// A family that the kernel does not have is no error: it supports nothing. Neither is one without
    /// policies, nor a kernel before 5.7, which does not tell them: then only operations are known.
    ///
    /// # Errors
    /// As [`Connection::dump`].
    pub fn policy<F: Family<Protocol = Generic>>(&mut self) -> Result<Policies, Error> {
        let family = match self.family::<F>() {
            Ok(family) => family.clone(),
            Err(error) => return absent(error),
        };
        let messages = self.dump(&Policies::request(F::NAME))?.collect();
        told(family, messages)
    }

    /// As [`Connection::policy`], of a family whose name is known only at run time.
    ///
    /// # Errors
    /// As [`Connection::dump`].
    pub fn policy_of(&mut self, family: &str) -> Result<Policies, Error> {
        let request = GetFamily { name: Some(family.into()), id: None };
        let info = match self.request(&request) {
            Ok(info) => info,
            Err(Error::Kernel(error)) if error.errno == errno::ENOENT => {
                return Ok(Policies::absent());
            }
            Err(error) => return Err(error),
        };
        let messages = self.dump(&Policies::request(family))?.collect();
        told(info, messages)
    }
}

impl<T: AsyncTransport> asynchronous::Connection<Generic, T> {
    /// What the running kernel checks of a family's requests. See [`Connection::policy`].
    ///
    /// # Errors
    /// As [`Connection::dump`].
    pub async fn policy<F: Family<Protocol = Generic>>(&self) -> Result<Policies, Error> {
        let family = match self.family::<F>().await {
            Ok(family) => family,
            Err(error) => return absent(error),
        };
        let messages = self.dump(&Policies::request(F::NAME)).await?.collect().await;
        told(family, messages)
    }
}

fn absent(error: Error) -> Result<Policies, Error> {
    match error {
        Error::UnknownFamily { .. } => Ok(Policies::absent()),
        error => Err(error),
    }
}

fn told(
    family: FamilyInfo,
    messages: Result<Vec<PolicyMessage>, Error>,
) -> Result<Policies, Error> {
    match messages {
        Ok(messages) => Ok(Policies::from_messages(family, messages)),
        Err(Error::Kernel(error)) if tells_none(error.errno) => {
            Ok(Policies::from_messages(family, []))
        }
        Err(error) => Err(error),
    }
}

/// Whether the kernel refuses so where a family has no policies, or where it does not tell them.
fn tells_none(errno: i32) -> bool {
    errno == errno::ENODATA || errno == errno::EOPNOTSUPP
}
