//! Netlink by spec at run time: a resolved family turns JSON into messages and back, without generated
//! code.

pub mod agreement;
mod selector;
mod tables;
