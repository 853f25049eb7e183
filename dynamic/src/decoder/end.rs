//! NLMSG_ERROR and NLMSG_DONE: how answers end, and what was wrong with the request.

use nlkit::session::{Outcome, Span};
use nlkit::wire::{ATTR_HEADER_LEN, Attrs, GENL_HEADER_LEN, HEADER_LEN, Header, flag, kind};
use nlkit::{KernelError, RequestName, Set};

use crate::Format;

use super::message::{Body, Decoded, Direction, End};
use super::requests::Sent;
use super::{Context, Decoder, GENERIC, Lookup, Raw};

/// Length of the code at the begin.
const CODE_LEN: usize = 4;
/// NLMSGERR_ATTR_OFFS.
const OFFSET: u16 = 2;

/// A set of which nothing is known.
static NOTHING: Set = Set::new("request", &[]);

impl<L: Lookup> Decoder<L> {
    /// Reads how an answer ended, by the request that was seen, or that is repeated here.
    pub(super) fn end(&mut self, raw: Raw<'_>, decoded: &mut Decoded<'_>) {
        if raw.body.len() < CODE_LEN && raw.header.kind == kind::ERROR {
            decoded.body = Body::Malformed(format!("no code: {} bytes", raw.body.len()));
            return;
        }
        decoded.direction = decoded.direction.or(Some(Direction::FromKernel));
        let seen = self.requests.answered(decoded.protocol, raw.header).cloned();
        let sent = seen.or_else(|| self.repeated(raw, decoded));
        if let Some(sent) = &sent {
            decoded.take(sent.meaning);
            decoded.protocol = Some(sent.protocol);
        }
        // Of one that is not understood, at least the family.
        if let (None, Some(GENERIC)) = (&sent, decoded.protocol)
            && let Some(request) = repeated_header(raw)
        {
            decoded.family = self.name_of(request.kind, &Context::default());
        }
        decoded.role = None;
        decoded.body = Body::End(Box::new(end(raw, sent.as_ref())));
    }

    /// The request that an error repeats: all of it, or only its header.
    fn repeated(&mut self, raw: Raw<'_>, decoded: &Decoded<'_>) -> Option<Sent> {
        let header = repeated_header(raw)?;
        let request = raw.body.get(CODE_LEN..)?;
        let len = usize::try_from(header.len).ok()?;
        let whole = raw.header.flags & flag::CAPPED == 0;
        let message = request.get(..len).filter(|_| whole).unwrap_or(request.get(..HEADER_LEN)?);
        let body = message.get(HEADER_LEN..)?;
        let protocol = decoded.protocol?;
        let (cmd, name) = match protocol {
            GENERIC => {
                let name = self.name_of(header.kind, &Context::default())?;
                (u16::from(*body.first()?), Some(name))
            }
            _ => (header.kind, None),
        };
        let families = self.families(protocol, name.as_deref(), &Context::default());
        let asks = Decoded { direction: Some(Direction::ToKernel), ..Decoded::empty(0, message) };
        let meaning = self.meaning(&families, header, cmd, &asks, false)?;
        let generic = if protocol == GENERIC { GENL_HEADER_LEN } else { 0 };
        let (attrs, message) = (HEADER_LEN + generic, message.to_vec());
        Some(Sent { protocol, header, message, attrs, meaning })
    }
}

/// The header of the request that an error repeats.
fn repeated_header(raw: Raw<'_>) -> Option<Header> {
    let is_error = raw.header.kind == kind::ERROR;
    raw.body.get(CODE_LEN..).filter(|_| is_error).and_then(Header::parse)
}

fn end(raw: Raw<'_>, sent: Option<&Sent>) -> End {
    let span = Span { header: raw.header, body: HEADER_LEN..raw.bytes.len() };
    let outcome = Outcome::read(raw.bytes, &span);
    let ext_ack = raw.bytes.get(outcome.ext_ack).unwrap_or_default();
    let request = nlkit::Sent {
        name: RequestName {
            family: sent.map_or("unknown", |sent| sent.meaning.family.name()),
            operation: sent.map_or("request", |sent| sent.meaning.operation),
        },
        set: sent.and_then(|sent| sent.meaning.format).map_or(&NOTHING, Format::set),
        message: sent.map_or(&[], |sent| sent.message.as_slice()),
        attrs: sent.map_or(HEADER_LEN, |sent| sent.attrs),
    };
    let error = KernelError::read(outcome.errno, ext_ack, &request);
    End {
        errno: outcome.errno,
        message: error.message,
        attribute: error.attribute,
        offset: offset(ext_ack),
        missing: error.missing,
        policy: error.policy.map(|policy| policy.to_string()),
        cookie: error.cookie,
    }
}

fn offset(ext_ack: &[u8]) -> Option<u32> {
    let mut attrs = Attrs::new(ext_ack).map_while(Result::ok);
    let offset = attrs.find(|attr| attr.id == OFFSET)?;
    Some(u32::from_ne_bytes(*offset.payload.first_chunk::<ATTR_HEADER_LEN>()?))
}
