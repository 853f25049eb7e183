//! Checks of requests before they are sent, where a connection is told to make them.

use crate::call::Call;
use crate::error::Error;
use crate::family::Protocol;
use crate::policy::{Mode, Policies};
use crate::session::Ends;
use crate::validate::check_message;
use crate::wire::{GENL_HEADER_LEN, HEADER_LEN};

/// What the requests of a connection are checked against.
#[derive(Debug, Default)]
pub(crate) struct Guards {
    /// The checks of their specs.
    pub(crate) spec: bool,
    /// What the running kernel says, family by family.
    policies: Vec<Policies>,
}

impl Guards {
    pub(crate) fn add(&mut self, policies: Policies) {
        let name = |policies: &Policies| policies.family().and_then(|family| family.name.clone());
        self.policies.retain(|known| name(known) != name(&policies));
        self.policies.push(policies);
    }

    /// Checks a whole message.
    #[inline]
    pub(crate) fn check<P: Protocol>(&self, call: &Call, message: &[u8]) -> Result<(), Error> {
        if !self.spec && self.policies.is_empty() {
            return Ok(());
        }
        self.check_attrs(call, attrs_of::<P>(message))
    }

    fn check_attrs(&self, call: &Call, attrs: &[u8]) -> Result<(), Error> {
        if self.spec {
            check_message(attrs, call.set).map_err(|violation| violation.of(call.name))?;
        }
        let ours = |policies: &&Policies| {
            policies.family().is_some_and(|family| family.is(call.name.family))
        };
        let Some(policies) = self.policies.iter().find(ours) else { return Ok(()) };
        let mode = if call.ends == Ends::Done { Mode::Dump } else { Mode::Do };
        let checked = policies.check_message(attrs, call.set, call.cmd, mode);
        checked.map_err(|violation| violation.of(call.name))
    }
}

/// Where in a message of protocol `P` the fixed header and the attributes stand.
pub(crate) fn attrs_of<P: Protocol>(message: &[u8]) -> &[u8] {
    let headers = HEADER_LEN + if P::GENERIC { GENL_HEADER_LEN } else { 0 };
    message.get(headers..).unwrap_or_default()
}
