//! A family, with what is looked up by name or number.

use std::collections::HashMap;
use std::fmt;

use nlkit_codegen::ir;

use crate::format::{Format, Message};
use crate::resolve::Schema;
use crate::tables::Tables;

/// A family whose messages can be read and written.
///
/// It lives as long as the program, as the paths in errors and the tables behind them do: make one of
/// each spec, once.
pub struct Family {
    ir: &'static ir::Family,
    operations: Vec<Operation>,
    notifications: Vec<(&'static ir::Notification, Format)>,
    sets: HashMap<&'static str, Format>,
}

/// An operation that is asked for.
#[derive(Debug)]
pub struct Operation {
    ir: &'static ir::Operation,
    once: Option<Messages>,
    dump: Option<Messages>,
}

/// The two directions of a call.
#[derive(Debug)]
struct Messages {
    request: Format,
    reply: Option<Format>,
}

/// How an operation is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Once, for one thing.
    Do,
    /// For a list.
    Dump,
}

impl fmt::Display for Mode {
    /// As in specs: `do`, `dump`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Do => "do",
            Self::Dump => "dump",
        })
    }
}

impl Family {
    /// The family of a resolved spec, [`nlkit_codegen::Builder::resolve`]'s.
    pub fn new(ir: ir::Family) -> &'static Self {
        let ir: &'static ir::Family = Box::leak(Box::new(ir));
        let (schema, tables) = (Schema::new(ir), Tables::new(ir));
        let set =
            |name: &Option<String>| ir.sets.iter().find(|set| Some(&set.name) == name.as_ref());
        let message =
            |name, message, set| Format::new(Message::new(name, message, set, &schema, tables));
        let operations = ir.operations.iter().map(|it| {
            let format = |of| message(it.name.as_str(), of, set(&it.set));
            Operation {
                ir: it,
                once: Messages::of(&it.once, format),
                dump: Messages::of(&it.dump, format),
            }
        });
        let told = ir.notifications.iter().flatten();
        let notifications = told.map(|it| (it, message(&it.name, &it.message, set(&it.set))));
        let sets = ir
            .sets
            .iter()
            .map(|set| (set.name.as_str(), Format::new(Message::of_set(set, &schema, tables))));
        let operations = operations.collect();
        let (notifications, sets) = (notifications.collect(), sets.collect());
        Box::leak(Box::new(Self { ir, operations, notifications, sets }))
    }

    /// All that its spec says.
    pub fn ir(&self) -> &'static ir::Family {
        self.ir
    }

    /// Its name in the kernel.
    pub fn name(&self) -> &'static str {
        &self.ir.name
    }

    /// Its operations, in the order of the spec.
    pub fn operations(&'static self) -> &'static [Operation] {
        &self.operations
    }

    /// The operation of this name.
    pub fn operation(&'static self, name: &str) -> Option<&'static Operation> {
        self.operations.iter().find(|operation| operation.ir.name == name)
    }

    /// What a request of an operation holds; `None` where it is not asked for in this way.
    pub fn request(&self, operation: &Operation, mode: Mode) -> Option<Format> {
        operation.messages(mode).map(|messages| messages.request)
    }

    /// What a reply of an operation holds; `None` where it is not asked for in this way, or only
    /// acknowledged.
    pub fn reply(&self, operation: &Operation, mode: Mode) -> Option<Format> {
        operation.messages(mode)?.reply
    }

    /// The notification of this number, and what it holds.
    pub fn notification(&self, cmd: u16) -> Option<(&'static ir::Notification, Format)> {
        self.notifications.iter().find(|(it, _)| it.id == cmd).copied()
    }

    /// The operation that requests of this number are for, and what they hold.
    pub fn by_request(&'static self, cmd: u16, mode: Mode) -> Option<(&'static Operation, Format)> {
        let mut operations = self.operations.iter();
        operations.find_map(|operation| {
            let id = operation.call(mode)?.request_id;
            Some((operation, self.request(operation, mode)?)).filter(|_| id == cmd)
        })
    }

    /// The operation that replies of this number belong to, and what they hold. Where the kernel answers
    /// several by the same number, which one it was cannot be told, and the first stands for all.
    pub fn by_reply(&'static self, cmd: u16, mode: Mode) -> Option<(&'static Operation, Format)> {
        let mut operations = self.operations.iter();
        operations.find_map(|operation| {
            let id = operation.call(mode)?.reply_id;
            Some((operation, self.reply(operation, mode)?)).filter(|_| id == cmd)
        })
    }

    /// The attributes of a set by themselves, as they stand in a nest.
    pub fn set(&self, name: &str) -> Option<Format> {
        self.sets.get(name).copied()
    }
}

impl fmt::Debug for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Family").field(&self.ir.name).finish()
    }
}

impl Messages {
    fn of(
        call: &'static Option<ir::Call>,
        format: impl Fn(&'static ir::Message) -> Format,
    ) -> Option<Self> {
        let call = call.as_ref()?;
        Some(Self { request: format(&call.request), reply: call.reply.as_ref().map(format) })
    }
}

impl Operation {
    /// All that the spec says of it.
    pub fn ir(&self) -> &'static ir::Operation {
        self.ir
    }

    /// Its name in the spec.
    pub fn name(&self) -> &'static str {
        &self.ir.name
    }

    /// How it is asked for in this way; `None` where it is not.
    pub fn call(&self, mode: Mode) -> Option<&'static ir::Call> {
        match mode {
            Mode::Do => self.ir.once.as_ref(),
            Mode::Dump => self.ir.dump.as_ref(),
        }
    }

    fn messages(&self, mode: Mode) -> Option<&Messages> {
        match mode {
            Mode::Do => self.once.as_ref(),
            Mode::Dump => self.dump.as_ref(),
        }
    }
}
