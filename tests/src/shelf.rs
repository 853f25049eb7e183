//! A made-up family over a raw protocol, by hand: a fixed header, structs, and sub-messages chosen in
//! the same set and in an outer one.

use nlkit::{
    Be, Do, Dump, Family, Group, HwAddr, InOrder, IndexedArray, NlAttrs, NlString, NlStruct,
    Notification, Octets, RawMessage, Rest, Selected, SelectedOuter, Text,
};

/// The family's protocol.
pub type Protocol = nlkit::Raw<30>;

/// Number of the request that makes a shelf, and of what is told of it.
pub const NEW: u16 = 16;
/// Number of the request that removes a shelf.
pub const DEL: u16 = 17;
/// Number of the request for a shelf, and of its reply.
pub const GET: u16 = 18;

/// The family.
#[derive(Debug)]
pub enum Shelf {}

impl Family for Shelf {
    type Protocol = Protocol;
    const NAME: &'static str = "shelf";
}

/// What stands before the attributes: 6 bytes, with padding to 8 behind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, NlStruct)]
#[nl(setters)]
pub struct Header {
    /// Which room.
    pub room: u8,
    /// Which shelf; behind a byte of padding.
    #[nl(pad = 1)]
    pub shelf: i32,
}

/// All kinds of members. As a default, its address has its 6 bytes too.
#[derive(Clone, Debug, PartialEq, NlStruct)]
#[nl(setters, default, pad = 2)]
pub struct Label {
    /// Host order.
    pub number: u16,
    /// Network order.
    #[nl(as = Be<u32>)]
    pub code: u32,
    /// Bytes.
    pub key: [u8; 3],
    /// Text of up to 8 bytes.
    #[nl(as = Octets<8>)]
    pub text: NlString,
    /// An address of 6 bytes.
    #[nl(as = Octets<6>)]
    pub address: HwAddr,
    /// Another struct.
    pub inner: Header,
    /// A wide number in a byte.
    #[nl(as = u8)]
    pub wide: Wide,
}

/// A number that lies in fewer bytes than it has.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Wide(pub u32);
impl nlkit::Names for Wide {
    const NAMES: &'static [(u64, &'static str)] = &[(1, "one")];
}
nlkit::open_enum!(Wide, u32);
nlkit::narrow!(Wide, u8);

/// A struct that repeats at its end.
#[derive(Clone, Debug, Default, PartialEq, NlStruct)]
pub struct Keys {
    /// How many there are.
    pub count: u16,
    /// They.
    #[nl(as = Rest)]
    pub keys: Vec<Header>,
}

/// What stands on the shelf, as its kind tells.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Attributes.
    Books(Box<Books>),
    /// A struct.
    Label(Label),
    /// A struct and attributes.
    Both(Box<Both>),
    /// Nothing.
    Empty,
    /// Something else.
    Unknown(Vec<u8>),
}
nlkit::sub_message!(Content, Text:
    "books" => Books(Box<Books>),
    "label" => Label(Label),
    "both" => Both(Box<Both>),
    "empty" => Empty,
);

/// What is counted, as a number tells.
#[derive(Clone, Debug, PartialEq)]
pub enum Counter {
    /// One.
    Books(u32),
    /// Another.
    Pages(u64),
    /// Something else.
    Unknown(Vec<u8>),
}
nlkit::sub_message!(Counter, Be<u32>: 1 => Books(u32), 2 => Pages(u64));

/// Attributes that a kind has.
#[derive(Clone, Debug, Default, PartialEq, NlAttrs)]
#[nl(setters)]
pub struct Books {
    /// How many.
    #[nl(id = 1)]
    pub count: Option<u32>,
    /// A shelf behind.
    #[nl(id = 2)]
    pub behind: Option<Box<Row>>,
}

/// A struct and attributes.
#[derive(Clone, Debug, Default, PartialEq, NlAttrs)]
pub struct Both {
    /// The struct.
    #[nl(header)]
    pub header: Header,
    /// How many.
    #[nl(id = 1)]
    pub count: Option<u32>,
}

/// A shelf.
#[derive(Clone, Default, PartialEq, NlAttrs)]
#[nl(debug, setters, scope)]
pub struct Row {
    /// Its kind.
    #[nl(id = 1)]
    pub kind: Option<NlString>,
    /// What stands there.
    #[nl(id = 2, as = Selected<1>)]
    pub content: Option<Content>,
    /// What is counted.
    #[nl(id = 3, as = Be<u32>)]
    pub counted: Option<u32>,
    /// The counter.
    #[nl(id = 4, as = Selected<3>)]
    pub counter: Option<Counter>,
    /// Something of the same kind further in.
    #[nl(id = 5)]
    pub copy: Option<Copied>,
    /// Several.
    #[nl(id = 6, as = IndexedArray)]
    pub copies: Option<Vec<Copied>>,
    /// What is done, step by step.
    #[nl(id = 7, as = InOrder)]
    pub steps: Option<Vec<Step>>,
}

/// A step: one of these.
#[derive(Clone, Debug, Default, PartialEq, NlAttrs)]
#[nl(setters)]
pub struct Step {
    /// Turns the shelf.
    #[nl(id = 1)]
    pub turn: Option<u32>,
    /// Paints it.
    #[nl(id = 2)]
    pub paint: Option<NlString>,
    /// Does more.
    #[nl(id = 3, as = InOrder)]
    pub then: Option<Vec<Step>>,
}

/// Holds what the outer set tells the kind of.
#[derive(Clone, Debug, Default, PartialEq, NlAttrs)]
#[nl(setters)]
pub struct Copied {
    /// What stands there.
    #[nl(id = 1, as = SelectedOuter<1>)]
    pub content: Option<Content>,
}

/// A message.
#[derive(Clone, Default, PartialEq, NlAttrs)]
#[nl(debug, setters)]
pub struct Get {
    /// The fixed header.
    #[nl(header)]
    pub header: Header,
    /// The shelf.
    #[nl(id = 1)]
    pub row: Option<Row>,
    /// A label.
    #[nl(id = 2)]
    pub label: Option<Label>,
    /// Labels.
    #[nl(id = 3)]
    pub labels: Vec<Label>,
    /// Keys.
    #[nl(id = 4)]
    pub keys: Option<Keys>,
}

impl Do for Get {
    type Family = Shelf;
    type Reply = Self;
    const NAME: &'static str = "get";
    const CMD: u16 = GET;
    const ACK: bool = false;
}

impl Dump for Get {
    type Family = Shelf;
    type Reply = Self;
    const NAME: &'static str = "get";
    const CMD: u16 = GET;
}

/// Makes a shelf.
#[derive(Clone, Default, PartialEq, NlAttrs)]
#[nl(debug, setters)]
pub struct Make {
    /// The fixed header.
    #[nl(header)]
    pub header: Header,
    /// The shelf.
    #[nl(id = 1)]
    pub row: Option<Row>,
}

impl Do for Make {
    type Family = Shelf;
    type Reply = ();
    const NAME: &'static str = "new";
    const CMD: u16 = NEW;
}

/// What the family tells.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// A shelf is new.
    New(Get),
    /// A shelf is gone.
    Del(Get),
    /// Something else.
    Unknown(RawMessage),
}

impl Notification for Told {
    type Family = Shelf;
    const CMDS: &'static [u16] = &[NEW, DEL];

    fn decode(message: nlkit::Message<'_>) -> Result<Self, nlkit::DecodeError> {
        match message.cmd() {
            NEW => message.decode().map(Self::New),
            DEL => message.decode().map(Self::Del),
            _ => Ok(Self::Unknown(message.to_raw())),
        }
    }

    fn encode(&self, buffer: &mut Vec<u8>) -> Result<u16, nlkit::EncodeError> {
        match self {
            Self::New(shelf) => nlkit::encode_into(shelf, buffer).map(|()| NEW),
            Self::Del(shelf) => nlkit::encode_into(shelf, buffer).map(|()| DEL),
            Self::Unknown(message) => message.encode(buffer),
        }
    }
}

/// Where it is told.
pub const SHELVES: Group<Told> = Group::numbered("shelves", 3);
