//! What one sort of message holds: the way between its bytes and JSON.

use std::fmt;
use std::sync::OnceLock;

use nlkit::{DecodeError, Set};
use nlkit_codegen::ir;

use crate::annotate::Piece;
use crate::decode::Scope;
use crate::error::EncodeError;
use crate::resolve::Schema;
use crate::schema::Body;
use crate::tables::{Parts, Tables};
use crate::{Value, annotate, decode, encode, swap};

/// What one sort of message holds: reads and writes it.
///
/// Bytes are a fixed header, where the operation has one, and attributes; there is neither an `nlmsghdr`
/// nor a `genlmsghdr` among them. All attributes of the operation's set are known, since the lists of
/// operations often lack some: [`Format::listed`] has those.
#[derive(Clone, Copy)]
pub struct Format(&'static Message);

/// What a [`Format`] refers to.
pub(crate) struct Message {
    /// Name of the operation, notification or set.
    name: &'static str,
    body: Body,
    listed: &'static [ir::Attribute],
    tables: &'static Tables,
    parts: Parts,
    /// Made when it is asked for: few messages ever need theirs.
    table: OnceLock<&'static Set>,
}

impl Message {
    pub(crate) fn new(
        name: &'static str,
        message: &'static ir::Message,
        set: Option<&'static ir::Set>,
        schema: &Schema,
        tables: &'static Tables,
    ) -> Self {
        let body = schema.body(message.header.as_ref(), set.map(|set| set.name.as_str()));
        let parts = Parts::of(message);
        let parts = set.map_or(parts, |set| parts.with_all_of(set));
        let (listed, table) = (message.attributes.as_slice(), OnceLock::new());
        Self { name, body, listed, tables, parts, table }
    }

    /// The attributes of a set by themselves.
    pub(crate) fn of_set(set: &'static ir::Set, schema: &Schema, tables: &'static Tables) -> Self {
        let body = schema.body(None, Some(&set.name));
        let parts = Parts { name: &set.rust, header: None, scope: set.scope, attributes: &[] };
        let (parts, table) = (parts.with_all_of(set), OnceLock::new());
        Self { name: &set.name, body, listed: &set.attributes, tables, parts, table }
    }
}

impl Format {
    pub(crate) fn new(message: Message) -> Self {
        Self(Box::leak(Box::new(message)))
    }

    /// Name of the operation, notification or set.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// The struct that stands before the attributes.
    pub fn header(self) -> Option<&'static ir::Struct> {
        self.0.body.header.map(|header| header.ir)
    }

    /// All attributes that are known here, in the order of their numbers.
    pub fn attributes(self) -> &'static [ir::Attribute] {
        self.0.body.set.ir
    }

    /// The attributes that the spec lists for the operation, in the order of their numbers.
    pub fn listed(self) -> &'static [ir::Attribute] {
        self.0.listed
    }

    /// The table of its attributes, as those of typed messages: what paths in errors, checks,
    /// descriptions and policies go by.
    pub fn set(self) -> &'static Set {
        let Message { tables, parts, table, .. } = self.0;
        table.get_or_init(|| tables.table(*parts))
    }

    /// The JSON of a message: see the [convention](crate#the-json-convention).
    ///
    /// # Errors
    /// Where the bytes are malformed. What is only unknown is no error.
    pub fn decode(self, bytes: &[u8]) -> Result<Value, DecodeError> {
        let Message { name, body, .. } = self.0;
        decode::message(body, bytes).map_err(|error| error.in_message(name))
    }

    /// The JSON of a request for a dump as it was seen. Its fixed header may end early, as the kernel takes it
    /// (`rtgenmsg` of four bytes): the members that are there are shown.
    ///
    /// # Errors
    /// As of [`decode`](Self::decode).
    pub fn decode_dump(self, bytes: &[u8]) -> Result<Value, DecodeError> {
        decode::begun(&self.0.body, bytes).map_or_else(|| self.decode(bytes), Ok)
    }

    /// The pieces of a request for a dump as it was seen, as of [`decode_dump`](Self::decode_dump).
    pub fn annotate_dump(self, bytes: &[u8]) -> Vec<Piece> {
        annotate::dump(&self.0.body, bytes)
    }

    /// The bytes of a message piece by piece, for dumps in hex. It never fails: what is malformed says so
    /// in its place.
    pub fn annotate(self, bytes: &[u8]) -> Vec<Piece> {
        annotate::message(&self.0.body, bytes)
    }

    /// Turns the numbers of a message of a host with the other byte order, so that they are in that of ours.
    pub(crate) fn turn(self, bytes: &mut [u8]) {
        swap::body(&self.0.body, bytes, &Scope::nothing(), 0);
    }

    /// Appends the bytes of a message to `buffer`, whose length is a multiple of 4; on an error the
    /// buffer is as before.
    ///
    /// # Errors
    /// Where the JSON does not fit the message: the error names the place, and what would fit.
    pub fn encode(self, value: &Value, buffer: &mut Vec<u8>) -> Result<(), EncodeError> {
        encode::message(&self.0.body, value, buffer)
    }
}

impl fmt::Debug for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Format").field(&self.0.name).finish()
    }
}
