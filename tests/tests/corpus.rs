//! All specs of kernels (`NLKIT_KERNEL_SPECS`): each generates, and what comes out compiles and
//! documents without a warning.
//!
//! The folder holds specs, or folders of specs, as `linux-6.12` and `linux-7.3` are. With
//! `--nocapture` a table shows which constructs were met, how often, and in how many specs.

#![expect(clippy::unwrap_used, reason = "these are tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use nlkit_codegen::ir::{
    Attribute, Call, Enum, EnumKind, Family, Form, GroupBy, MemberType, Message, Number, Order,
    Payload, Protocol, Scalar, Selector, Type,
};
use nlkit_codegen::{Builder, Layout};
use nlkit_tests::scratch;
use nlkit_tests::skip::folder;

/// The specs in a folder and in those below it, with a name for the module of each.
fn specs(root: &Path) -> BTreeMap<String, PathBuf> {
    let mut specs = BTreeMap::new();
    let mut folders = vec![(String::new(), root.to_owned())];
    while let Some((prefix, folder)) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
            let name = format!("{prefix}{stem}").replace(['-', '.'], "_");
            if path.is_dir() {
                let name = path.file_name().unwrap().to_string_lossy();
                // Their schemas are no specs.
                if name != "schemas" {
                    let prefix = format!("{prefix}{}_", name.replace(['-', '.'], "_"));
                    folders.push((prefix, path));
                }
            } else if path.extension().is_some_and(|extension| extension == "yaml") {
                specs.insert(name, path);
            }
        }
    }
    specs
}

#[test]
fn all_specs_of_kernels_compile() {
    let Some(root) = folder("NLKIT_KERNEL_SPECS") else { return };
    let specs = specs(&root);
    assert!(!specs.is_empty(), "{}: no specs", root.display());
    let mut table = Table::default();
    let mut failures = String::new();
    let mut code = BTreeMap::new();
    for (name, path) in &specs {
        let builder = Builder::new().layout(Layout::File);
        match (builder.resolve(path), builder.generate(path)) {
            (Ok(family), Ok(text)) => {
                table.family(&family, name);
                code.insert(name.as_str(), text);
            }
            (Err(report), _) | (_, Err(report)) => {
                writeln!(failures, "{}:\n{report}", path.display()).unwrap();
            }
        }
    }
    println!("{table}");
    assert!(failures.is_empty(), "{failures}");
    let derived = write_crate("derived", &["derive"], &code);
    cargo(&derived, &["check"]);
    cargo(&derived, &["rustdoc", "--", "-D", "warnings"]);

    let expanded = specs.iter().map(|(name, path)| {
        let builder = Builder::new().layout(Layout::File).expand(true).non_exhaustive(true);
        (name.as_str(), builder.generate(path).unwrap())
    });
    cargo(&write_crate("expanded", &[], &expanded.collect()), &["check"]);
}

/// A crate with a module for each spec.
fn write_crate(name: &str, features: &[&str], modules: &BTreeMap<&str, String>) -> PathBuf {
    let mut lib = String::from("//! Families of kernels.\n#![deny(warnings, missing_docs)]\n");
    let mut sources = BTreeMap::new();
    for (module, code) in modules {
        writeln!(lib, "pub mod {module};").unwrap();
        sources.insert(format!("{module}.rs"), code.clone());
    }
    sources.insert("lib.rs".to_owned(), lib);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("corpus");
    scratch::write(&folder, name, features, &sources).unwrap()
}

fn cargo(folder: &Path, arguments: &[&str]) {
    let output = scratch::cargo(folder, arguments).unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo {arguments:?} in {}:\n{errors}", folder.display());
}

/// How often each construct was met, and in which specs.
#[derive(Default)]
struct Table {
    lines: BTreeMap<String, (usize, BTreeSet<String>)>,
    spec: String,
}

impl std::fmt::Display for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{:<40} {:>6} {:>6}", "construct", "count", "specs")?;
        for (construct, (count, specs)) in &self.lines {
            writeln!(f, "{construct:<40} {count:>6} {:>6}", specs.len())?;
        }
        Ok(())
    }
}

impl Table {
    fn met(&mut self, construct: &str) {
        self.met_times(construct, 1);
    }

    fn met_if(&mut self, met: bool, construct: &str) {
        self.met_times(construct, met.into());
    }

    fn met_times(&mut self, construct: &str, times: usize) {
        if times > 0 {
            let (count, specs) = self.lines.entry(construct.to_owned()).or_default();
            *count += times;
            specs.insert(self.spec.clone());
        }
    }

    fn family(&mut self, family: &Family, spec: &str) {
        spec.clone_into(&mut self.spec);
        match family.protocol {
            Protocol::Generic => self.met("protocol: generic netlink"),
            Protocol::Raw(_) => self.met("protocol: raw"),
        }
        for group in &family.groups {
            self.met(match group.by {
                GroupBy::Name => "group: by name",
                GroupBy::Number(_) => "group: by number",
                GroupBy::Nothing => "group: without number",
            });
        }
        self.met_times("const", family.consts.len());
        family.enums.iter().for_each(|item| self.enumeration(item));
        for item in &family.structs {
            self.met("struct");
            item.members.iter().for_each(|member| self.member(&member.ty));
        }
        for set in &family.sets {
            self.met("set");
            self.met_if(set.subset_of.is_some(), "set: subset-of");
            self.met_if(set.scope, "set: scope");
            self.met_if(set.attributes.is_empty(), "set: empty");
            set.attributes.iter().for_each(|attribute| self.attribute(attribute));
        }
        for message in &family.sub_messages {
            self.met(match message.selector {
                Selector::Text => "sub-message: by text",
                Selector::Number(_) => "sub-message: by number",
            });
            for format in &message.formats {
                self.met(match format.payload {
                    Payload::Nothing => "format: nothing",
                    Payload::Header(_) => "format: struct",
                    Payload::Attributes { .. } => "format: attributes",
                    Payload::Both { .. } => "format: struct and attributes",
                });
            }
        }
        self.operations(family);
    }

    fn operations(&mut self, family: &Family) {
        for operation in &family.operations {
            self.met("operation");
            for (call, kind) in [(&operation.once, "do"), (&operation.dump, "dump")] {
                let Some(call) = call else { continue };
                let Call { request_id, reply_id, request, reply, .. } = call;
                self.met(&format!("operation: {kind}"));
                self.met_if(reply.is_none(), &format!("operation: {kind} without reply"));
                self.met_if(request_id != reply_id, &format!("operation: {kind} with two numbers"));
                self.message(request);
                reply.iter().for_each(|reply| self.message(reply));
            }
        }
        for notification in family.notifications.iter().flatten() {
            self.met(match notification.message.form {
                Form::Elsewhere => "told: notify",
                Form::Struct | Form::AliasOf(_) => "told: event",
            });
            self.met_if(notification.group.is_some(), "told: to a group");
        }
    }

    fn message(&mut self, message: &Message) {
        self.met_if(message.header.is_some(), "message: fixed header");
        self.met_if(message.scope, "message: scope");
        self.met_if(message.attributes.is_empty(), "message: without attributes");
        self.met_if(matches!(message.form, Form::AliasOf(_)), "message: alias of another");
    }

    fn enumeration(&mut self, item: &Enum) {
        let (kind, sparse) = match item.kind {
            EnumKind::Enum => ("enum", true),
            EnumKind::Flags => ("flags", true),
            EnumKind::FlagsOfEnum => ("enum as flags", false),
        };
        self.met(kind);
        let values = || item.entries.iter().map(|entry| entry.value);
        let gap = values().zip(values().skip(1)).any(|(one, next)| one + 1 != next);
        self.met_if(sparse && gap, &format!("{kind}: sparse"));
        let first = item.entries.first().map_or(0, |entry| entry.value);
        self.met_if(sparse && first > 0, &format!("{kind}: not from 0"));
        self.met_if(item.entries.is_empty(), &format!("{kind}: empty"));
        self.met_if(!item.narrow.is_empty(), &format!("{kind}: of several widths"));
    }

    fn member(&mut self, ty: &MemberType) {
        match ty {
            MemberType::Scalar(scalar) => self.scalar(scalar, "member"),
            MemberType::Ipv4Scalar(_) => self.met("member: IPv4 number"),
            MemberType::Bytes(_) => self.met("member: bytes"),
            MemberType::HwAddr(_) => self.met("member: hardware address"),
            MemberType::Ipv4 => self.met("member: IPv4"),
            MemberType::Ipv6 => self.met("member: IPv6"),
            MemberType::Text(_) => self.met("member: text"),
            MemberType::Struct(_) => self.met("member: struct"),
            MemberType::Repeated(_) => self.met("member: repeated struct"),
            MemberType::Pad(_) => self.met("member: pad"),
        }
    }

    fn scalar(&mut self, scalar: &Scalar, noun: &str) {
        let kind = match scalar.number {
            Number::Unsigned(width) => format!("u{}", width.bits()),
            Number::Signed(width) => format!("s{}", width.bits()),
            Number::Uint => "uint".to_owned(),
            Number::Sint => "sint".to_owned(),
        };
        self.met(&format!("{noun}: {kind}"));
        self.met_if(scalar.order != Order::Native, &format!("{noun}: byte order"));
        self.met_if(scalar.of.is_some(), &format!("{noun}: enum"));
    }

    fn attribute(&mut self, attribute: &Attribute) {
        self.met_if(attribute.multi, "attribute: multi-attr");
        let checks = attribute.checks != Default::default();
        self.met_if(checks, "attribute: checks");
        self.ty(&attribute.ty, "attribute");
    }

    fn ty(&mut self, ty: &Type, noun: &str) {
        let kind = match ty {
            Type::Scalar(scalar) => return self.scalar(scalar, noun),
            Type::IndexedArray(entry) => return self.ty(entry, &format!("{noun}: indexed-array")),
            Type::Keyed(entry) => return self.ty(entry, &format!("{noun}: nest-type-value")),
            Type::Unused => "unused",
            Type::Pad => "pad",
            Type::Flag => "flag",
            Type::Ipv4Scalar(_) => "IPv4 number",
            Type::String => "string",
            Type::Binary => "bytes",
            Type::HwAddr => "hardware address",
            Type::Ipv4 => "IPv4",
            Type::Ipv6 => "IPv6",
            Type::Ip => "IPv4 or IPv6",
            Type::Bitfield32 { of: None } => "bitfield32",
            Type::Bitfield32 { of: Some(_) } => "bitfield32 of an enum",
            Type::Array(_) => "C array",
            Type::Struct(_) => "struct",
            Type::Nest { boxed: false, .. } => "nest",
            Type::Nest { boxed: true, .. } => "nest in a box",
            Type::InOrder { .. } => "nest in order",
            Type::SubMessage { outer: false, .. } => "sub-message",
            Type::SubMessage { outer: true, .. } => "sub-message, selector outside",
        };
        self.met(&format!("{noun}: {kind}"));
    }
}
