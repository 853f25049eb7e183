//! A request whose attributes are any bytes, to be checked and sent as one of another type.

use std::marker::PhantomData;

use nlkit::{Attr, DecodeError, Do, Dump, NlAttrs, Set, Writer};

/// Bytes that stand for the attributes of `T`, in a request for the operation of `O`.
#[derive(Debug)]
pub struct AnyBytes<T, O = T> {
    bytes: Vec<u8>,
    of: PhantomData<fn() -> (T, O)>,
}

impl<T, O> AnyBytes<T, O> {
    /// These bytes, the fixed header among them where there is one.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self { bytes, of: PhantomData }
    }
}

impl<T, O> Default for AnyBytes<T, O> {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl<'a, T: NlAttrs<'a>, O> NlAttrs<'a> for AnyBytes<T, O> {
    const SET: &'static Set = T::SET;

    fn put(&self, out: &mut Writer<'_>) {
        out.raw(&self.bytes);
    }

    fn set(&mut self, _: Attr<'a>) -> Result<(), DecodeError> {
        Ok(())
    }
}

impl<T, O: Do> Do for AnyBytes<T, O> {
    type Family = O::Family;
    type Reply = O::Reply;
    const NAME: &'static str = O::NAME;
    const CMD: u16 = O::CMD;
    const REPLY_CMD: u16 = O::REPLY_CMD;
    const ACK: bool = true;
}

impl<T, O: Dump> Dump for AnyBytes<T, O> {
    type Family = O::Family;
    type Reply = O::Reply;
    const NAME: &'static str = O::NAME;
    const CMD: u16 = O::CMD;
    const REPLY_CMD: u16 = O::REPLY_CMD;
}
