//! A socket and a loop, with nothing decoded but message headers: what the kernel costs, and a
//! program that does nothing with its answer.

use nlkit::wire::{HEADER_LEN, Header, align, flag, kind};

use crate::Result;

/// A socket with a buffer.
pub struct Raw {
    socket: netlink_sys::Socket,
    /// The request, written in the same place each time.
    message: Vec<u8>,
    buffer: Vec<u8>,
}

impl Raw {
    /// A socket of this protocol.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub fn new(protocol: i32) -> Result<Self> {
        let mut socket = netlink_sys::Socket::new(protocol as isize)?;
        socket.bind_auto()?;
        Ok(Self { socket, message: Vec::new(), buffer: Vec::with_capacity(256 * 1024) })
    }

    fn send(&mut self, kind: u16, flags: u16, body: &[u8]) -> Result<()> {
        let len = u32::try_from(HEADER_LEN + body.len())?;
        let header = Header { len, kind, flags: flag::REQUEST | flags, seq: 1, port: 0 };
        self.message.clear();
        self.message.extend_from_slice(&header.to_bytes());
        self.message.extend_from_slice(body);
        self.socket.send(&self.message, 0)?;
        Ok(())
    }

    /// Dumps, and counts the messages.
    ///
    /// # Errors
    /// Of the socket and the kernel.
    pub fn dump(&mut self, kind: u16, body: &[u8]) -> Result<usize> {
        let mut count = 0;
        self.dump_each(kind, body, |_| count += 1)?;
        Ok(count)
    }

    /// Dumps, and gives each message behind its header.
    ///
    /// # Errors
    /// Of the socket and the kernel.
    #[inline]
    pub fn dump_each(&mut self, kind: u16, body: &[u8], mut each: impl FnMut(&[u8])) -> Result<()> {
        self.send(kind, flag::DUMP, body)?;
        loop {
            self.buffer.clear();
            self.socket.recv(&mut self.buffer, 0)?;
            let mut rest = self.buffer.as_slice();
            while let Some(header) = Header::parse(rest) {
                let len = header.len as usize;
                match header.kind {
                    kind::DONE => return Ok(()),
                    kind::ERROR => return Err("the kernel refuses the dump".into()),
                    _ => each(rest.get(HEADER_LEN..len).unwrap_or_default()),
                }
                rest = rest.get(align(len)..).unwrap_or_default();
            }
        }
    }

    /// Sends a request and receives what comes.
    ///
    /// # Errors
    /// Of the socket.
    pub fn request(&mut self, kind: u16, body: &[u8]) -> Result<usize> {
        self.send(kind, 0, body)?;
        self.buffer.clear();
        Ok(self.socket.recv(&mut self.buffer, 0)?)
    }

    /// Sends a request, and gives its answer behind the message header.
    ///
    /// # Errors
    /// Of the socket and the kernel.
    pub fn ask(&mut self, kind: u16, body: &[u8]) -> Result<&[u8]> {
        self.request(kind, body)?;
        match Header::parse(&self.buffer) {
            Some(header) if header.kind != kind::ERROR => {
                Ok(self.buffer.get(HEADER_LEN..header.len as usize).unwrap_or_default())
            }
            _ => Err("the kernel refuses the request".into()),
        }
    }
}
