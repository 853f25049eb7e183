//! The kernel's part, as a script: what a module with this family would answer.

use std::collections::BTreeMap;

use nlkit::nlctrl::{FamilyInfo, GroupInfo};
use nlkit::script::{Answer, PORT, Script, answer};
use nlkit::session::Source;
use nlkit::wire::{HEADER_LEN, Header};
use nlkit::{Do, NlAttrs, NlString, Transport};

use crate::lamp::{Feature, GetReply, GetRequest, Mode, SetRequest};

/// The id that the family got when its module was loaded.
const FAMILY: u16 = 31;
/// The id that its multicast group got.
const EVENTS: u32 = 7;
/// Number of the notification in the spec.
const CHANGE_NTF: u8 = 3;
/// The longest time that a timer can have.
const DAY: u16 = 24 * 60;

/// A kernel with a hall and a cellar.
pub(crate) fn kernel() -> impl Transport {
    let mut house = House::new();
    let mut script = Script::new(move |datagram: &[u8]| house.answer(datagram));
    script.push(
        Ok(changed(&lamp(1, "hall"))),
        Source { groups: 1 << (EVENTS - 1), ..Source::default() },
    );
    script
}

struct House {
    lamps: BTreeMap<u32, GetReply>,
}

impl House {
    fn new() -> Self {
        Self { lamps: BTreeMap::from([(1, lamp(1, "hall")), (2, lamp(2, "cellar"))]) }
    }

    fn answer(&mut self, datagram: &[u8]) -> Vec<Vec<u8>> {
        let answer = answer(datagram);
        if answer.request().kind == nlkit::nlctrl::ID {
            return vec![answer.reply(nlkit::nlctrl::ID, 1, &family()).into_datagram()];
        }
        let attrs = datagram.get(HEADER_LEN + nlkit::wire::GENL_HEADER_LEN..).unwrap_or_default();
        let answer = match answer.cmd() {
            cmd if cmd == GetRequest::CMD => self.get(answer, attrs),
            cmd if cmd == SetRequest::CMD => self.set(answer, attrs),
            _ => answer.error(95, &[]), // EOPNOTSUPP
        };
        vec![answer.into_datagram()]
    }

    fn get(&self, answer: Answer, attrs: &[u8]) -> Answer {
        let request: GetRequest = nlkit::decode(attrs).unwrap_or_default();
        let cmd = GetRequest::CMD as u8;
        match request.id {
            Some(id) => match self.lamps.get(&id) {
                Some(lamp) => answer.reply(FAMILY, cmd, lamp),
                None => answer.error(19, &[]), // ENODEV
            },
            None => {
                let lamps = self.lamps.values();
                lamps.fold(answer, |answer, lamp| answer.reply(FAMILY, cmd, lamp)).done(0)
            }
        }
    }

    fn set(&mut self, answer: Answer, attrs: &[u8]) -> Answer {
        let request: SetRequest = nlkit::decode(attrs).unwrap_or_default();
        let minutes = request.timer.as_ref().and_then(|timer| timer.minutes);
        if minutes.is_some_and(|minutes| minutes > DAY) {
            return answer.error(34, &too_long()); // ERANGE
        }
        match self.lamps.get_mut(&request.id.unwrap_or_default()) {
            Some(lamp) => {
                lamp.mode = request.mode.or(lamp.mode);
                lamp.timer = request.timer.or(lamp.timer.take());
                answer.ack()
            }
            None => answer.error(19, &[]),
        }
    }
}

fn lamp(id: u32, name: &str) -> GetReply {
    GetReply::new()
        .with_id(id)
        .with_name(name)
        .with_mode(Mode::OFF)
        .with_features(Feature::DIM)
        .with_burned(7_200_000_000)
}

fn family() -> FamilyInfo {
    FamilyInfo {
        id: Some(FAMILY),
        name: Some("lamp".into()),
        groups: Some(vec![GroupInfo { name: Some("events".into()), id: Some(EVENTS) }]),
        ..FamilyInfo::default()
    }
}

/// The extended ACK of a timer that is too long: `minutes` stands at a fixed place in the request,
/// behind the headers (20 bytes), the id (8) and the header of `timer` (4).
fn too_long() -> Vec<u8> {
    #[derive(Default, NlAttrs)]
    struct ExtAck {
        #[nl(id = 1)]
        message: Option<NlString>,
        #[nl(id = 2)]
        offset: Option<u32>,
    }
    let message = "a lamp burns for a day at most";
    let ext_ack = ExtAck { message: Some(message.into()), offset: Some(20 + 8 + 4) };
    nlkit::encode(&ext_ack).unwrap_or_default()
}

/// A notification: sequence number 0, since nobody asked.
fn changed(lamp: &GetReply) -> Vec<u8> {
    let header = Header { len: 0, kind: 0, flags: 0, seq: 0, port: PORT };
    answer(&header.to_bytes()).reply(FAMILY, CHANGE_NTF, lamp).into_datagram()
}
