//! What the codec is to bring, until it does.

use nlkit::{DecodeError, Set};
use nlkit_codegen::ir;
use serde_json::Value;

use crate::tables::{Parts, Tables};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Do,
    Dump,
}

pub struct Family {
    ir: &'static ir::Family,
    tables: &'static Tables,
}

pub type Operation = ir::Operation;

#[derive(Clone, Copy)]
pub struct Format {
    set: &'static Set,
}

#[derive(Clone, Debug)]
pub struct EncodeError(String);

impl std::fmt::Display for EncodeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for EncodeError {}

impl Format {
    pub fn set(self) -> &'static Set {
        self.set
    }
    pub fn decode(self, bytes: &[u8]) -> Result<Value, DecodeError> {
        Ok(Value::String(nlkit::describe(bytes, self.set).to_string()))
    }
    pub fn encode(self, _: &Value, _: &mut Vec<u8>) -> Result<(), EncodeError> {
        Ok(())
    }
}

impl Family {
    pub fn new(ir: ir::Family) -> &'static Self {
        let ir: &'static ir::Family = Box::leak(Box::new(ir));
        Box::leak(Box::new(Self { ir, tables: Tables::new(ir) }))
    }
    pub fn ir(&self) -> &'static ir::Family {
        self.ir
    }
    pub fn operation(&self, name: &str) -> Option<&'static Operation> {
        self.ir.operations.iter().find(|it| it.name == name)
    }
    fn format(&self, message: &'static ir::Message) -> Format {
        Format { set: self.tables.table(Parts::of(message)) }
    }
    pub fn request(&self, op: &'static Operation, mode: Mode) -> Option<Format> {
        let call = if mode == Mode::Do { op.once.as_ref() } else { op.dump.as_ref() };
        Some(self.format(&call?.request))
    }
    pub fn reply(&self, op: &'static Operation, mode: Mode) -> Option<Format> {
        let call = if mode == Mode::Do { op.once.as_ref() } else { op.dump.as_ref() };
        Some(self.format(call?.reply.as_ref()?))
    }
    pub fn notification(&self, cmd: u16) -> Option<(&'static ir::Notification, Format)> {
        let told = self.ir.notifications.iter().flatten().find(|it| it.id == cmd)?;
        Some((told, self.format(&told.message)))
    }
}
