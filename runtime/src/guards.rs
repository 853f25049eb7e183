//! Checks of requests before they are sent, where a connection is told to make them (feature `policy`);
//! without the feature nothing is left of it.

#[cfg(feature = "policy")]
pub(crate) use self::on::Guards;

#[cfg(not(feature = "policy"))]
pub(crate) use self::off::Guards;

#[cfg(feature = "policy")]
mod on {
    use crate::call::Call;
    use crate::connection::Connection;
    use crate::error::Error;
    use crate::family::Protocol;
    use crate::policy::{Mode, Policies};
    use crate::session::Ends;
    use crate::transport::Transport;
    use crate::validate::check_message;

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
            let name =
                |policies: &Policies| policies.family().and_then(|family| family.name.clone());
            self.policies.retain(|known| name(known) != name(&policies));
            self.policies.push(policies);
        }

        /// Checks the fixed header and the attributes of a message.
        #[inline]
        pub(crate) fn check(&self, call: &Call, attrs: &[u8]) -> Result<(), Error> {
            if !self.spec && self.policies.is_empty() {
                return Ok(());
            }
            self.check_attrs(call, attrs)
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

    impl<P: Protocol, T: Transport> Connection<P, T> {
        /// Whether requests are checked against their specs before they are sent, as
        /// [`validate`](crate::validate) does: [`Error::Invalid`] tells. At first they are not: the kernel
        /// does it, by what it knows itself.
        pub fn validate_by_spec(&mut self, validate: bool) {
            self.engine.guards.spec = validate;
        }

        /// From now on checks requests of a family against the running kernel's policies before they are
        /// sent, as [`Policies::validate`] does.
        ///
        /// ```no_run
        /// # enum Netdev {}
        /// # impl nlkit::Family for Netdev {
        /// #     type Protocol = nlkit::Generic;
        /// #     const NAME: &'static str = "netdev";
        /// # }
        /// let mut conn = nlkit::Connection::generic()?;
        /// let policies = conn.policy::<Netdev>()?;
        /// conn.validate_by(policies);
        /// # Ok::<(), nlkit::Error>(())
        /// ```
        pub fn validate_by(&mut self, policies: Policies) {
            self.engine.guards.add(policies);
        }
    }
}

#[cfg(not(feature = "policy"))]
mod off {
    use crate::call::Call;
    use crate::error::Error;

    #[derive(Debug, Default)]
    pub(crate) struct Guards {}

    impl Guards {
        #[inline]
        pub(crate) fn check(&self, _: &Call, _: &[u8]) -> Result<(), Error> {
            Ok(())
        }
    }
}
