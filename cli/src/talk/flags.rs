//! How a request that changes something is meant.

use clap::Args;
use nlkit::Modifiers;

/// How a request that changes something is meant.
#[derive(Clone, Copy, Debug, Default, Args)]
#[command(next_help_heading = "Changes")]
pub(crate) struct Flags {
    /// Make it where it is not there
    #[arg(long)]
    create: bool,
    /// Fail where it is there already
    #[arg(long)]
    excl: bool,
    /// Replace what is there
    #[arg(long)]
    replace: bool,
    /// Add to the end of a list
    #[arg(long)]
    append: bool,
}

impl Flags {
    /// The flag of that name.
    ///
    /// # Errors
    /// Where there is none.
    pub(crate) fn named(name: &str) -> Result<Modifiers, String> {
        match name {
            "create" => Ok(Modifiers::CREATE),
            "excl" => Ok(Modifiers::EXCL),
            "replace" => Ok(Modifiers::REPLACE),
            "append" => Ok(Modifiers::APPEND),
            _ => Err(format!("no flag `{name}`: there are `create`, `excl`, `replace`, `append`")),
        }
    }

    /// The flags of the message.
    pub(crate) fn modifiers(self) -> Modifiers {
        let given = [
            (self.create, Modifiers::CREATE),
            (self.excl, Modifiers::EXCL),
            (self.replace, Modifiers::REPLACE),
            (self.append, Modifiers::APPEND),
        ];
        let given = given.into_iter().filter(|(is_given, _)| *is_given);
        given.fold(Modifiers::default(), |all, (_, flag)| all | flag)
    }
}
