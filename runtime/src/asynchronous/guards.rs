//! Checks of requests before they are sent.

use super::Connection;
use crate::family::Protocol;
use crate::policy::Policies;
use crate::transport::AsyncTransport;

impl<P: Protocol, T: AsyncTransport> Connection<P, T> {
    /// Whether the requests of all handles are checked against their specs before they are sent. See
    /// [`crate::Connection::validate_by_spec`].
    pub fn validate_by_spec(&self, validate: bool) {
        self.shared.lock().guards.spec = validate;
    }

    /// From now on checks requests of a family, those of all handles, against the running kernel's
    /// policies before they are sent. See [`crate::Connection::validate_by`].
    pub fn validate_by(&self, policies: Policies) {
        self.shared.lock().guards.add(policies);
    }
}
