//! `Debug` and setters, for each kind of field and each visibility.

use std::net::IpAddr;

/// A lamp.
#[derive(Clone, Default, PartialEq, nlkit::NlAttrs)]
#[nl(debug, setters)]
#[non_exhaustive]
pub struct Lamp {
    /// Its name.
    #[doc(alias = "LAMP_A_NAME")]
    #[nl(id = 1)]
    pub name: Option<nlkit::NlString>,
    /// How bright, in percent.
    #[nl(id = 2)]
    pub(crate) level: Option<u8>,
    /// When.
    #[nl(id = 3)]
    pub hours: Vec<u16>,
    /// Whether it is dimmed.
    #[nl(id = 4)]
    pub dimmed: bool,
    /// Where.
    #[nl(id = 5)]
    pub r#in: Option<IpAddr>,
    /// The lamp behind it.
    #[nl(id = 6)]
    pub _2nd: Option<Box<Lamp>>,
}
