//! `--raw`: what goes over the wire in both directions, on stderr.

use std::io::{self, Write};

use nlkit_codegen::ir::Protocol;
use nlkit_dynamic::decoder::{Context, Decoder, Lookup};
use nlkit_dynamic::{Family, protocol_number};

use super::link::Look;
use crate::hexdump;
use crate::output::Color;
use crate::shown;
use crate::specs::Specs;

/// A look at a connection of these families that prints what it sees.
pub(super) fn look(families: Vec<&'static Family>, color: Color) -> Look {
    let colored = color.is_wanted(&io::stderr());
    let protocol = families.first().and_then(|it| protocol_number(it.ir()).try_into().ok());
    let mut decoder = Decoder::new(Known(families));
    Box::new(move |direction, datagram| {
        let context = Context { protocol, direction: Some(direction), ..Context::default() };
        let mut text = String::new();
        for message in decoder.feed(datagram, &context) {
            text += &shown::harmless(&shown::heading(&message, &Default::default()));
            text.push('\n');
            text += &hexdump::lines(&message, colored);
        }
        // Who closed stderr does not want to see it.
        let _ = io::stderr().write_all(text.as_bytes());
    })
}

/// The families of the connection, and the one that tells their ids.
struct Known(Vec<&'static Family>);

impl Lookup for Known {
    fn generic(&mut self, name: &str) -> Option<&'static Family> {
        if let Some(known) = self.0.iter().find(|family| family.name() == name) {
            return Some(known);
        }
        let controller = (name == "nlctrl").then(|| Specs::default().family(name).ok())??;
        self.0.push(Family::new(controller));
        self.0.last().copied()
    }

    fn name_of(&mut self, id: u16) -> Option<String> {
        (id == nlkit::nlctrl::ID).then(|| "nlctrl".to_owned())
    }

    fn raw(&mut self, _: u16) -> Vec<&'static Family> {
        let is_raw = |family: &&&Family| matches!(family.ir().protocol, Protocol::Raw(_));
        self.0.iter().filter(is_raw).copied().collect()
    }
}
