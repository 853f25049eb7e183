//! The families of generic netlink, and who waits for them.

use std::future::poll_fn;
use std::task::{Context, Poll};

use super::Connection;
use super::waiter::Waiter;
use crate::call::Running;
use crate::engine::Engine;
use crate::error::{Error, RequestName};
use crate::families::{FamilyWait, wait_for};
use crate::family::{Family, Generic, Protocol};
use crate::nlctrl::{self, FamilyInfo, GetFamily};
use crate::transport::AsyncTransport;
use crate::wait::Task;

impl<T: AsyncTransport> Connection<Generic, T> {
    /// What the running kernel says of a family: id, operations, groups. Asked for once, then kept.
    ///
    /// # Errors
    /// [`Error::UnknownFamily`] where the kernel does not have it.
    pub async fn family<F: Family<Protocol = Generic>>(&self) -> Result<FamilyInfo, Error> {
        self.family_named(F::NAME).await
    }

    /// As [`Connection::family`], of a family whose name is known only at run time.
    ///
    /// # Errors
    /// As [`Connection::family`].
    pub async fn family_named(&self, family: &'static str) -> Result<FamilyInfo, Error> {
        let mut lookup = Lookup::new(self);
        poll_fn(|cx| {
            lookup.poll(cx, |engine, lookup, wait| engine.poll_known(family, lookup, wait))
        })
        .await?;
        let known = self.shared.lock().known(family).cloned();
        known.ok_or(Error::UnknownFamily { family })
    }

    /// The name of the family that has this id. See [`crate::Connection::family_of`].
    pub fn family_of(&self, id: u16) -> Option<&'static str> {
        self.shared.lock().family_of(id)
    }

    /// All families of the running kernel in this network namespace, with their operations and groups.
    ///
    /// # Errors
    /// As [`Connection::dump`].
    pub async fn families(&self) -> Result<Vec<FamilyInfo>, Error> {
        self.dump(&GetFamily::default()).await?.collect().await
    }

    /// Waits until the kernel has a family: its module is loaded. Ready at once where it has. The
    /// connection listens to the group [`nlctrl::NOTIFY`] from then on.
    ///
    /// # Errors
    /// [`Error::Timeout`] where the handle has one.
    pub async fn wait_for_family<F>(&self) -> Result<FamilyInfo, Error>
    where
        F: Family<Protocol = Generic>,
    {
        self.wait_for_change(F::NAME, true).await?;
        self.family::<F>().await
    }

    /// Waits until the kernel has a family no more: its module is unloaded. The connection listens to
    /// the group [`nlctrl::NOTIFY`] from then on.
    ///
    /// # Errors
    /// As [`Connection::wait_for_family`].
    pub async fn wait_for_family_to_go<F>(&self) -> Result<(), Error>
    where
        F: Family<Protocol = Generic>,
    {
        self.wait_for_change(F::NAME, false).await
    }

    async fn wait_for_change(&self, name: &'static str, wanted: bool) -> Result<(), Error> {
        self.join(nlctrl::NOTIFY).await?;
        let waiting = FamilyWait::new(&mut self.shared.lock(), name, wanted);
        let mut change = Change { waiter: self.waiter_told(), waiting };
        poll_fn(|cx| {
            let waiting = &mut change.waiting;
            change.waiter.poll(cx, wait_for(name), |engine, wait| waiting.poll(engine, wait))
        })
        .await
    }
}

/// A wait for a family.
struct Change<T: AsyncTransport> {
    waiter: Waiter<Generic, T>,
    waiting: FamilyWait,
}

impl<T: AsyncTransport> Drop for Change<T> {
    fn drop(&mut self) {
        self.waiting.close(&mut self.waiter.shared.lock());
    }
}

/// A question for the id of a family.
pub(super) struct Lookup<P: Protocol, T: AsyncTransport> {
    waiter: Waiter<P, T>,
    running: Option<Box<Running>>,
}

impl<P: Protocol, T: AsyncTransport> Lookup<P, T> {
    pub(super) fn new(conn: &Connection<P, T>) -> Self {
        Self { waiter: conn.waiter(), running: None }
    }

    pub(super) fn poll<V>(
        &mut self,
        cx: &mut Context<'_>,
        mut step: impl FnMut(
            &mut Engine<P, T>,
            &mut Option<Box<Running>>,
            &mut Task<'_>,
        ) -> Poll<Result<V, Error>>,
    ) -> Poll<Result<V, Error>> {
        let name = RequestName { family: nlctrl::NlCtrl::NAME, operation: "getfamily" };
        let running = &mut self.running;
        self.waiter.poll(cx, name, |engine, wait| step(engine, running, wait))
    }
}

impl<P: Protocol, T: AsyncTransport> Drop for Lookup<P, T> {
    fn drop(&mut self) {
        if let Some(running) = &mut self.running {
            self.waiter.shared.lock().close(running);
        }
    }
}
