//! Captures of nlmon devices: pcap and pcapng, as tcpdump and Wireshark write them.

use std::io::{self, Read};
use std::time::Duration;

use pcap_parser::traits::{PcapNGPacketBlock, PcapReaderIterator};
use pcap_parser::{Block, Linktype, PcapBlockOwned, PcapError, create_reader};

use crate::failure::Failure;
use crate::time;

use super::input::{Datagram, Item, Items, unreadable};

/// LINKTYPE_NETLINK: a cooked header as of Linux, then the datagram.
const NETLINK: Linktype = Linktype(253);
/// The cooked headers of captures of several devices, with `-i any`.
const COOKED: Linktype = Linktype(113);
const COOKED_2: Linktype = Linktype(276);
/// ARPHRD_NETLINK, the type of an nlmon device.
const ARPHRD_NETLINK: u16 = 824;
/// PACKET_USER and PACKET_KERNEL: where a datagram goes.
const TO_USER: u16 = 6;
const TO_KERNEL: u16 = 7;

/// Room for a few datagrams; it grows for longer ones, up to the second.
const BUFFER: usize = 1 << 18;
const MAX_BUFFER: usize = 1 << 22;

/// So many bytes tell a capture.
pub(super) const MAGIC_LEN: usize = 4;

/// Whether a file that begins so is a capture.
pub(super) fn is_capture(begin: &[u8]) -> bool {
    let Some(magic) = begin.first_chunk() else { return false };
    let magic = u32::from_be_bytes(*magic);
    // pcap in microseconds and nanoseconds, in both orders; pcapng.
    [0xa1b2_c3d4, 0xd4c3_b2a1, 0xa1b2_3c4d, 0x4d3c_b2a1, 0x0a0d_0d0a].contains(&magic)
}

/// The datagrams of a capture.
///
/// # Errors
/// Where it does not begin as one, or holds something else than netlink.
pub(super) fn read(input: impl Read + Send + 'static, name: &str) -> Result<Items, Failure> {
    let input = Begun::new(input).map_err(|error| unreadable(name, &error))?;
    let reader = create_reader(BUFFER, input)
        .map_err(|error| Failure::system(format_args!("{name}: no capture: {}", words(&error))))?;
    Ok(Box::new(Capture {
        reader,
        name: name.to_owned(),
        room: BUFFER,
        swapped: false,
        devices: Vec::new(),
        others: 0,
        ended: false,
    }))
}

/// An input whose header was read. The parser reads twice before it looks at anything: the header is the first
/// of those, and the second gives nothing, or what a pipe holds would wait for what comes behind.
struct Begun<R> {
    header: Vec<u8>,
    reads: u8,
    input: R,
}

impl<R: Read> Begun<R> {
    /// Waits for the header of pcap, or the first block of pcapng.
    fn new(mut input: R) -> io::Result<Self> {
        const PCAP: u32 = 24;
        let mut header = Vec::new();
        input.by_ref().take(12).read_to_end(&mut header)?;
        let len = match header.as_slice() {
            [0x0a, 0x0d, 0x0d, 0x0a, len @ .., 0x4d, 0x3c, 0x2b, 0x1a] => {
                len.try_into().map_or(PCAP, u32::from_le_bytes)
            }
            [0x0a, 0x0d, 0x0d, 0x0a, len @ .., 0x1a, 0x2b, 0x3c, 0x4d] => {
                len.try_into().map_or(PCAP, u32::from_be_bytes)
            }
            _ => PCAP,
        };
        let room = u64::try_from(BUFFER).unwrap_or(u64::MAX);
        let left = u64::from(len).min(room).saturating_sub(12);
        input.by_ref().take(left).read_to_end(&mut header)?;
        Ok(Self { header, reads: 0, input })
    }
}

impl<R: Read> Read for Begun<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reads = self.reads.saturating_add(1);
        match self.reads {
            1 => self.header.as_slice().read(buffer),
            2 => Ok(0),
            _ => self.input.read(buffer),
        }
    }
}

struct Capture {
    reader: Box<dyn PcapReaderIterator + Send>,
    name: String,
    /// Bytes that the reader holds at most.
    room: usize,
    /// Whether it was written on a host with the other byte order.
    swapped: bool,
    devices: Vec<Device>,
    /// Packets that are not of netlink.
    others: usize,
    ended: bool,
}

/// A device that was captured.
#[derive(Clone, Copy)]
struct Device {
    link: Linktype,
    /// Units of its time in a second.
    per_second: u64,
    /// Seconds that its time begins at.
    offset: i64,
}

/// A packet as it was captured, with what stands before a datagram.
struct Packet {
    device: usize,
    /// Its time: whole seconds, and units of the device's. Simple packets have none.
    time: Option<(u64, u64)>,
    /// Its length, of which `data` may be a part.
    len: usize,
    data: Vec<u8>,
}

/// What a block of a capture is to us.
enum Found {
    Nothing,
    /// Another file or section, and whether it is big-endian.
    Section(bool),
    Device(Device),
    /// A file of pcap, which has one device.
    Legacy(bool, Device),
    Packet(Packet),
}

impl Iterator for Capture {
    type Item = Result<Item, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            match self.reader.next() {
                Ok((len, block)) => {
                    let found = self::found(&block);
                    drop(block);
                    self.reader.consume(len);
                    if let Some(item) = self.take(found) {
                        return Some(Ok(item));
                    }
                }
                Err(PcapError::Incomplete(_)) => {
                    if let Err(error) = self.reader.refill() {
                        let error = words(&error);
                        self.ended = true;
                        return Some(Err(Failure::system(format_args!("{}: {error}", self.name))));
                    }
                }
                Err(PcapError::BufferTooSmall) if self.room < MAX_BUFFER => {
                    self.room *= 2;
                    self.reader.grow(self.room);
                }
                Err(PcapError::Eof) => self.ended = true,
                Err(error) => {
                    let error = words(&error);
                    self.ended = true;
                    return Some(Ok(Item::Fault(format!("the capture breaks off: {error}"))));
                }
            }
        }
        let others = std::mem::take(&mut self.others);
        (others > 0).then(|| {
            let what = format!("{others} packets of the capture are not of netlink");
            Ok(Item::Fault(what))
        })
    }
}

impl Capture {
    fn take(&mut self, found: Found) -> Option<Item> {
        match found {
            Found::Nothing => {}
            Found::Section(big) => self.section(big),
            Found::Device(device) => self.devices.push(device),
            Found::Legacy(big, device) => {
                self.section(big);
                self.devices.push(device);
            }
            Found::Packet(packet) => {
                let item = self.packet(&packet);
                self.others += usize::from(item.is_none());
                return item;
            }
        }
        None
    }

    fn section(&mut self, big: bool) {
        self.swapped = big != cfg!(target_endian = "big");
        self.devices.clear();
    }

    fn packet(&self, packet: &Packet) -> Option<Item> {
        let device = self.devices.get(packet.device)?;
        let (cooked, bytes) = Cooked::split(device.link, &packet.data)?;
        let whole = packet.len.saturating_sub(packet.data.len() - bytes.len());
        Some(Item::Datagram(Datagram {
            bytes: bytes.to_vec(),
            protocol: Some(cooked.protocol),
            to_kernel: match cooked.kind {
                TO_KERNEL => Some(true),
                TO_USER => Some(false),
                _ => None,
            },
            time: packet.time.map(|(seconds, units)| device.time(seconds, units)),
            cut_from: (whole > bytes.len()).then_some(whole),
            swapped: self.swapped,
        }))
    }
}

impl Device {
    fn time(&self, seconds: u64, units: u64) -> String {
        let seconds = seconds.saturating_add(units / self.per_second);
        let rest = u128::from(units % self.per_second);
        let nanos = rest * 1_000_000_000 / u128::from(self.per_second);
        let seconds = seconds.saturating_add_signed(self.offset);
        time::text(Duration::new(seconds, u32::try_from(nanos).unwrap_or(0)))
    }
}

/// The header before a datagram: all in network byte order.
struct Cooked {
    kind: u16,
    protocol: u16,
}

impl Cooked {
    fn split(link: Linktype, data: &[u8]) -> Option<(Self, &[u8])> {
        let (kind, arphrd, protocol, bytes) = match link {
            // Packet type, ARPHRD, length of an address, 8 bytes of address, protocol.
            NETLINK | COOKED => {
                let (&[k0, k1, a0, a1, .., p0, p1], bytes) = data.split_first_chunk::<16>()?;
                ([k0, k1], [a0, a1], [p0, p1], bytes)
            }
            // Protocol, 2 bytes reserved, device, ARPHRD, packet type and length of an address, 8 bytes
            // of address.
            COOKED_2 => {
                let (&[p0, p1, _, _, _, _, _, _, a0, a1, kind, ..], bytes) =
                    data.split_first_chunk::<20>()?;
                ([0, kind], [a0, a1], [p0, p1], bytes)
            }
            _ => return None,
        };
        let (kind, protocol) = (u16::from_be_bytes(kind), u16::from_be_bytes(protocol));
        (u16::from_be_bytes(arphrd) == ARPHRD_NETLINK).then_some((Self { kind, protocol }, bytes))
    }
}

fn found(block: &PcapBlockOwned<'_>) -> Found {
    let size = |len: u32| usize::try_from(len).unwrap_or(usize::MAX);
    match block {
        PcapBlockOwned::LegacyHeader(header) => {
            let per_second =
                if header.is_nanosecond_precision() { 1_000_000_000 } else { 1_000_000 };
            let device = Device { link: header.network, per_second, offset: 0 };
            Found::Legacy(header.is_bigendian(), device)
        }
        PcapBlockOwned::Legacy(packet) => Found::Packet(Packet {
            device: 0,
            time: Some((packet.ts_sec.into(), packet.ts_usec.into())),
            len: size(packet.origlen),
            data: packet.data.to_vec(),
        }),
        PcapBlockOwned::NG(Block::SectionHeader(section)) => Found::Section(section.big_endian()),
        PcapBlockOwned::NG(Block::InterfaceDescription(device)) => Found::Device(Device {
            link: device.linktype,
            per_second: device.ts_resolution().filter(|it| *it > 0).unwrap_or(1_000_000),
            offset: device.ts_offset(),
        }),
        PcapBlockOwned::NG(Block::EnhancedPacket(packet)) => Found::Packet(Packet {
            device: size(packet.if_id),
            time: Some((0, u64::from(packet.ts_high) << 32 | u64::from(packet.ts_low))),
            len: size(packet.origlen),
            data: packet.packet_data().to_vec(),
        }),
        PcapBlockOwned::NG(Block::SimplePacket(packet)) => {
            let len = size(packet.origlen);
            // What is missing at the end of a short one fills it up to whole words.
            let data = packet.data.get(..len).unwrap_or(packet.data).to_vec();
            Found::Packet(Packet { device: 0, time: None, len, data })
        }
        _ => Found::Nothing,
    }
}

fn words(error: &PcapError<&[u8]>) -> &'static str {
    match error {
        PcapError::Eof | PcapError::UnexpectedEof | PcapError::Incomplete(_) => {
            "it ends in the middle of a packet"
        }
        PcapError::BufferTooSmall => "a packet is longer than any",
        PcapError::ReadError => "it cannot be read",
        PcapError::HeaderNotRecognized => "neither pcap nor pcapng",
        PcapError::NomError(..) | PcapError::OwnedNomError(..) => "what follows is no packet",
    }
}
