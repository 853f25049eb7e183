//! `nlkit families`.

mod table;

use std::collections::BTreeMap;
use std::process::ExitCode;

use clap_complete::ArgValueCompleter;
use nlkit::Generic;
use nlkit::nlctrl::{FamilyInfo, OpInfo};
use nlkit_codegen::ir::{Family, GroupBy, Protocol};
use nlkit_dynamic::agreement::permission;
use serde_json::{Map, Value, json};

use crate::args::Common;
use crate::commands::Outcome;
use crate::completion;
use crate::failure::{Failure, code};
use crate::kernel::permission_name;
use crate::netns::Netns;
use crate::output::Format;
use crate::print::Printer;
use crate::protocol;
use crate::specs::{Origin, Specs, similar};

/// What `nlkit families` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  nlkit families                 the families of this kernel, and whether there is a spec
  nlkit families netdev          its operations and groups
  nlkit families --all -o json   those that this kernel lacks as well, for a program")]
pub(crate) struct Args {
    /// One family, with its operations and groups
    #[arg(add = ArgValueCompleter::new(completion::all_families))]
    name: Option<String>,
    /// Those with a spec that this kernel lacks as well, and those without generic netlink
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    netns: Netns,
}

/// A family: what the kernel says of it, and its spec.
struct Entry {
    name: String,
    info: Option<FamilyInfo>,
    origin: Option<Origin>,
}

/// Lists the families of this kernel, and those with a spec.
pub(crate) fn run(args: &Args, common: &Common) -> Outcome {
    let entries = entries(args, common)?;
    if let Some(name) = &args.name {
        let entry = find(&entries, name)?;
        return one(entry, common);
    }
    let shown = entries.iter().filter(|entry| args.all || entry.info.is_some());
    if common.output.format == Format::Text {
        return table::print(shown, &common.output);
    }
    let mut printer = Printer::new(&common.output, true);
    for entry in shown {
        printer.value(&record(entry, spec_of(entry).as_ref()))?;
    }
    printer.finish()?;
    Ok(ExitCode::SUCCESS)
}

/// All families: those of the kernel by their ids, then those that have only a spec, by name.
fn entries(args: &Args, common: &Common) -> Result<Vec<Entry>, Failure> {
    let mut conn = args.netns.connect::<Generic>()?;
    let mut specs = Specs::new(&common.specs).all()?;
    let mut families: Vec<Entry> =
        conn.families()?.into_iter().map(|it| known(it, &mut specs)).collect();
    families.sort_by_key(|entry| entry.info.as_ref().and_then(|info| info.id));
    let absent =
        specs.into_iter().map(|(name, origin)| Entry { name, info: None, origin: Some(origin) });
    families.extend(absent);
    Ok(families)
}

fn known(info: FamilyInfo, specs: &mut BTreeMap<String, Origin>) -> Entry {
    let name = info.name.as_ref().map(ToString::to_string).unwrap_or_default();
    let origin = specs.remove(&name);
    Entry { name, info: Some(info), origin }
}

/// The family of that name, or that id.
fn find<'e>(entries: &'e [Entry], name: &str) -> Result<&'e Entry, Failure> {
    let id = name.parse().ok();
    let by_id = |entry: &&Entry| id.is_some() && entry.info.as_ref().is_some_and(|it| it.id == id);
    let by_file = |entry: &&Entry| entry.origin.as_ref().and_then(Origin::stem) == Some(name);
    let mut found = entries.iter().find(|entry| entry.name == name);
    found = found.or_else(|| entries.iter().find(by_id)).or_else(|| entries.iter().find(by_file));
    found.ok_or_else(|| {
        let what = format!("neither this kernel nor a spec has a family `{name}`");
        let failure = Failure::new(code::UNKNOWN, what);
        match similar(name, entries.iter().map(|entry| entry.name.as_str())) {
            Some(other) => {
                failure.help(format_args!("there is one with a similar name: `{other}`"))
            }
            None => failure.help("`nlkit families --all` lists those that there are"),
        }
    })
}

fn one(entry: &Entry, common: &Common) -> Outcome {
    let spec = entry.origin.as_ref().map(Origin::resolve).transpose()?;
    let record = record(entry, spec.as_ref());
    if common.output.format == Format::Text {
        return table::print_one(&record, &common.output);
    }
    let mut printer = Printer::new(&common.output, false);
    printer.value(&record)?;
    printer.finish()?;
    Ok(ExitCode::SUCCESS)
}

/// The spec, for names; in a list, one that is wrong is as good as none.
fn spec_of(entry: &Entry) -> Option<Family> {
    entry.origin.as_ref().and_then(|origin| origin.usable())
}

/// A family for programs.
fn record(entry: &Entry, spec: Option<&Family>) -> Value {
    let mut record = Map::new();
    let protocol = match spec.map(|spec| spec.protocol) {
        Some(Protocol::Raw(number)) => protocol::name(number.into()),
        _ => protocol::name(protocol::GENERIC),
    };
    record.insert("name".to_owned(), json!(entry.name));
    record.insert("protocol".to_owned(), json!(protocol));
    record.insert("in-kernel".to_owned(), in_kernel(entry, spec));
    if let Some(info) = &entry.info {
        for (name, number) in [
            ("id", info.id.map(u32::from)),
            ("version", info.version),
            ("header-size", info.hdrsize),
            ("max-attribute", info.maxattr),
        ] {
            record.insert(name.to_owned(), json!(number));
        }
    }
    let operations = match &entry.info {
        Some(info) => operations(info, spec),
        None => spec.map(operations_of_spec).unwrap_or_default(),
    };
    record.insert("operations".to_owned(), Value::Array(operations));
    record.insert("groups".to_owned(), Value::Array(groups(entry.info.as_ref(), spec)));
    record.insert("spec".to_owned(), json!(entry.origin.as_ref().map(ToString::to_string)));
    Value::Object(record)
}

/// Whether the kernel has it; it does not tell of families without generic netlink.
fn in_kernel(entry: &Entry, spec: Option<&Family>) -> Value {
    match spec.map(|spec| spec.protocol) {
        Some(Protocol::Raw(_)) if entry.info.is_none() => Value::Null,
        _ => json!(entry.info.is_some()),
    }
}

fn operations(info: &FamilyInfo, spec: Option<&Family>) -> Vec<Value> {
    let all = info.ops.iter().flatten();
    all.map(|operation| {
        let id = operation.id.unwrap_or_default();
        let flags = operation.flags.unwrap_or_default();
        json!({
            "id": id,
            "name": spec.and_then(|spec| name_of(spec, id, flags)),
            "do": flags & OpInfo::CAN_DO != 0,
            "dump": flags & OpInfo::CAN_DUMP != 0,
            "permission": permission_name(permission(flags)),
            "policy": flags & OpInfo::HAS_POLICY != 0,
        })
    })
    .collect()
}

/// The name of the operation with this number in requests.
fn name_of(spec: &Family, id: u32, flags: u32) -> Option<&str> {
    let once = flags & OpInfo::CAN_DO != 0;
    let has = |call: &Option<nlkit_codegen::ir::Call>| {
        call.as_ref().is_some_and(|call| u32::from(call.request_id) == id)
    };
    let mut all = spec.operations.iter();
    let first = all.clone().find(|it| if once { has(&it.once) } else { has(&it.dump) });
    first.or_else(|| all.find(|it| has(&it.once) || has(&it.dump))).map(|it| it.name.as_str())
}

fn operations_of_spec(spec: &Family) -> Vec<Value> {
    let all = spec.operations.iter();
    all.map(|operation| {
        let call = operation.once.as_ref().or(operation.dump.as_ref());
        json!({
            "id": call.map(|call| call.request_id),
            "name": operation.name,
            "do": operation.once.is_some(),
            "dump": operation.dump.is_some(),
            "permission": permission_name(operation.permission),
        })
    })
    .collect()
}

fn groups(info: Option<&FamilyInfo>, spec: Option<&Family>) -> Vec<Value> {
    if let Some(info) = info {
        let all = info.groups.iter().flatten();
        let name = |group: &nlkit::nlctrl::GroupInfo| group.name.as_ref().map(ToString::to_string);
        return all.map(|group| json!({ "name": name(group), "id": group.id })).collect();
    }
    let all = spec.map(|spec| spec.groups.as_slice()).unwrap_or_default();
    all.iter()
        .map(|group| match group.by {
            GroupBy::Number(id) => json!({ "name": group.name, "id": id }),
            GroupBy::Name | GroupBy::Nothing => json!({ "name": group.name, "id": null }),
        })
        .collect()
}
