//! Commands to begin with: one for each operation that asks, and for the changes that people make most. What else
//! changes something has none: what the kernel wants of it no spec tells.

use nlkit_codegen::ir::{self, Attribute, EnumKind, MemberType, Permission, Scalar, Type};

use super::{Family, changes};

/// How many pairs an example has at most.
const PAIRS: usize = 2;

/// Gives each call of the family a command that asks for it.
pub(super) fn add(family: &mut Family, ir: &ir::Family) {
    let is_generic = ir.protocol == ir::Protocol::Generic;
    for (operation, of) in family.operations.iter_mut().zip(&ir.operations) {
        let begin = |mode: &str| format!("nlkit {mode} {} {}", shell(&ir.name), shell(&of.name));
        if let (Some(call), Some(once)) = (&mut operation.once, &of.once) {
            let known = changes::example(&ir.name, &of.name).map(ToOwned::to_owned);
            let asks = || {
                let pairs = pairs(once, ir);
                pairs.iter().fold(begin("do"), |text, pair| text + " " + pair)
            };
            call.example = known.or_else(|| (is_generic && only_asks(of, once)).then(asks));
        }
        // Without attributes a dump lists everything.
        if let Some(call) = &mut operation.dump {
            call.example = Some(begin("dump"));
        }
    }
    for group in &mut family.groups {
        let of = ir.groups.iter().find(|it| it.name == group.name);
        let is_joined = of.is_some_and(|it| it.by != ir::GroupBy::Nothing);
        group.example = is_joined
            .then(|| format!("nlkit subscribe {}", shell(&format!("{}:{}", ir.name, group.name))));
    }
}

/// Whether a call changes nothing: it has an answer, and is open to all or says so in its name.
fn only_asks(of: &ir::Operation, call: &ir::Call) -> bool {
    let is_open = of.permission == Permission::Any;
    call.reply.is_some() && (is_open || of.name.starts_with("get") || of.name.ends_with("get"))
}

/// Pairs for a request: what says which thing is meant, then what comes first.
fn pairs(call: &ir::Call, ir: &ir::Family) -> Vec<String> {
    let request = &call.request;
    let header = request.header.iter().find_map(|of| index_member(&of.name, ir));
    let attributes = request.attributes.iter().filter(|it| it.is_field());
    let pairs: Vec<String> = attributes.filter_map(|it| pair(it, ir, 2)).collect();
    let (mut names, others): (Vec<String>, Vec<String>) =
        pairs.into_iter().partition(|pair| names_a_thing(pair));
    // A name beside an index says nothing more, or is a new one.
    if header.is_some() {
        names.clear();
    } else if names.iter().any(|pair| pair.contains("ifindex=")) {
        names.retain(|pair| !pair.contains("name="));
    }
    let names: Vec<String> = header.into_iter().chain(names).collect();
    match call.reply.is_some() && !names.is_empty() {
        true => names.into_iter().take(PAIRS).collect(),
        false => names.into_iter().chain(others).take(PAIRS).collect(),
    }
}

/// Whether the name before the `=` is that of an index or a name.
fn names_a_thing(pair: &str) -> bool {
    let path = pair.split('=').next().unwrap_or_default().trim_matches('\'');
    let name = path.rsplit('.').next().unwrap_or_default();
    ["ifindex", "index", "name", "ifname", "id"]
        .iter()
        .any(|end| name == *end || name.strip_suffix(end).is_some_and(|head| head.ends_with('-')))
}

/// A pair for the member of a header that holds the index of a device.
fn index_member(header: &str, ir: &ir::Family) -> Option<String> {
    let item = ir.structs.iter().find(|it| it.name == header)?;
    let is_index =
        |it: &&ir::Member| matches!(it.ty, MemberType::Scalar(_)) && it.name.ends_with("index");
    item.members.iter().find(is_index).map(|it| format!("{}=1", it.name))
}

/// An attribute and a value for it; of a nest one of its attributes, so many levels deep.
fn pair(attribute: &Attribute, ir: &ir::Family, depth: usize) -> Option<String> {
    let name = &attribute.name;
    match &attribute.ty {
        Type::Nest { set, .. } => {
            let set = ir.sets.iter().find(|it| it.name == *set)?;
            let depth = depth.checked_sub(1)?;
            let inner = set.attributes.iter().filter(|it| it.is_field());
            let inner: Vec<String> = inner.filter_map(|it| pair(it, ir, depth)).collect();
            let inner = inner.iter().find(|it| it.contains("name=")).or_else(|| inner.first())?;
            let index = if attribute.multi { "[0]" } else { "" };
            // The brackets mean something to a shell.
            Some(shell(&format!("{name}{index}.{}", inner.trim_matches('\''))))
        }
        ty => value(ty, attribute, ir).map(|value| shell(&format!("{name}={value}"))),
    }
}

fn value(ty: &Type, attribute: &Attribute, ir: &ir::Family) -> Option<String> {
    Some(match ty {
        Type::Flag => "true".to_owned(),
        Type::Scalar(scalar) => return number(scalar, attribute, ir),
        Type::Ipv4Scalar(_) | Type::Ipv4 | Type::Ip => "192.0.2.1".to_owned(),
        Type::Ipv6 => "2001:db8::1".to_owned(),
        Type::HwAddr => "02:00:00:00:00:01".to_owned(),
        Type::String if attribute.name == "family-name" => ir.name.clone(),
        Type::String if attribute.name.ends_with("name") => "eth0".to_owned(),
        Type::String => "text".to_owned(),
        _ => return None,
    })
}

fn number(scalar: &Scalar, attribute: &Attribute, ir: &ir::Family) -> Option<String> {
    if let Some(of) = &scalar.of {
        let item = ir.enums.iter().find(|it| it.rust == of.rust)?;
        // Flags change what a request does; of an enum the first value is often "none".
        let entry = match item.kind {
            EnumKind::Flags | EnumKind::FlagsOfEnum => return None,
            EnumKind::Enum => item.entries.get(1).or(item.entries.first())?,
        };
        return Some(entry.name.clone());
    }
    let (min, max) = (&attribute.checks.min, &attribute.checks.max);
    let least = min.as_ref().map_or(1, |min| min.number.max(1));
    let most = max.as_ref().map_or(i128::MAX, |max| max.number);
    Some(least.min(most).to_string())
}

/// An argument as a shell takes it.
fn shell(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.,:=/+@%".contains(c);
    match text.chars().all(plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use nlkit_codegen::Builder;
    use nlkit_dynamic::Mode;

    use crate::args::Args;
    use crate::input::of_pairs;
    use crate::level::Level;
    use crate::reference;

    /// The words of a command, as a shell takes them: here only quotes around whole words.
    fn words(text: &str) -> Vec<String> {
        let mut words = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (word, behind) = match rest.strip_prefix('\'') {
                Some(quoted) => quoted.split_once('\'').unwrap(),
                None => rest.split_once(' ').unwrap_or((rest, "")),
            };
            words.push(word.to_owned());
            rest = behind.trim_start();
        }
        words
    }

    #[test]
    fn examples_are_what_the_command_takes() {
        let (mut with_pairs, mut groups, mut changes) = (0, 0, 0);
        for source in nlkit_specs::yaml::SOURCES {
            let ir = Builder::new().resolve_str(source.file, source.text).unwrap();
            let family = nlkit_dynamic::Family::new(ir);
            let shown = reference::family(family.ir());
            for example in shown.groups.iter().filter_map(|it| it.example.as_ref()) {
                Args::try_parse_from(words(example)).unwrap();
                groups += 1;
            }
            for operation in &shown.operations {
                for (_, call) in operation.calls() {
                    let Some(example) = &call.example else { continue };
                    Args::try_parse_from(words(example)).unwrap();
                }
                let once = operation.once.as_ref().and_then(|call| call.example.as_ref());
                let Some(example) = once else { continue };
                changes +=
                    usize::from(super::changes::example(source.family, &operation.name).is_some());
                let words = words(example);
                // What `multi` takes is tried on the kernel.
                let words: Vec<&str> = words.iter().map(String::as_str).collect();
                let [_, "do", name, op, pairs @ ..] = words.as_slice() else { continue };
                let of = family.operation(&operation.name).unwrap();
                assert_eq!([*name, *op], [source.family, of.name()]);
                let pairs = pairs.iter().filter(|word| !word.starts_with("--"));
                let pairs: Vec<String> = pairs.map(ToString::to_string).collect();
                let request = &of.ir().once.as_ref().unwrap().request;
                let level = Level::of_message(family.ir(), of.ir(), request);
                let value = of_pairs(&pairs, level).unwrap();
                let format = family.request(of, Mode::Do).unwrap();
                let encoded = format.encode(&value, &mut Vec::new());
                assert!(encoded.is_ok(), "{example}: {}", encoded.unwrap_err());
                with_pairs += usize::from(!pairs.is_empty());
            }
        }
        assert!(with_pairs > 100 && groups > 50, "{with_pairs} {groups}");
        // Each is of an operation that there is.
        assert_eq!(changes, super::changes::EXAMPLES.len());
    }
}
