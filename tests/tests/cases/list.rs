//! The list of cases holds: each names tests that there are, and that run, or says why there is none.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use syn::{Attribute, Item};

const LIST: &str = include_str!("../../CASES.md");

/// The reason of tests that `cargo test` leaves to those that boot other kernels.
const IN_THE_LAB: &str = "runs in the lab";

/// What a test's attributes make of it.
#[derive(Clone, Debug, PartialEq)]
enum Test {
    Runs,
    Ignored(Option<String>),
}

#[derive(Default)]
struct Case {
    line: usize,
    name: String,
    text: String,
}

/// How the reason begins where no kernel here can show a case.
const NOT_SHOWN: &str = "Not shown: ";

impl Case {
    /// The tests that it names: what stands in backticks with a path.
    fn tests(&self) -> impl Iterator<Item = &str> {
        let quoted = self.text.split('`').skip(1).step_by(2);
        quoted.filter(|quoted| quoted.contains("::"))
    }

    fn reason(&self) -> Option<&str> {
        let (_, reason) = self.text.split_once(NOT_SHOWN)?;
        Some(reason.trim()).filter(|reason| reason.len() > 20)
    }
}

struct Section {
    title: String,
    /// How many cases its title says that it has.
    count: usize,
    cases: Vec<Case>,
}

fn sections() -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for (line, text) in (1..).zip(LIST.lines()) {
        if let Some(title) = text.strip_prefix("## ") {
            let (title, count) = title.rsplit_once(": ").unwrap_or((title, ""));
            let count = count.trim_end_matches(" cases").parse();
            let count =
                count.unwrap_or_else(|_| panic!("line {line}: how many cases has {title}?"));
            sections.push(Section { title: title.to_owned(), count, cases: Vec::new() });
        } else if let Some(section) = sections.last_mut() {
            if let Some(name) = text.strip_prefix("- ") {
                let name = name.to_owned();
                section.cases.push(Case { line, name, text: String::new() });
            } else if let Some(case) = section.cases.last_mut() {
                case.text.push_str(text.trim());
                case.text.push(' ');
            }
        }
    }
    sections
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// All tests by their names: `session/feed::a_noop_is_skipped`, `real::a_family_resolves`.
fn all_tests() -> BTreeMap<String, Test> {
    let (mut tests, mut folders) = (BTreeMap::new(), vec![folder()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                read_tests(&path, &mut tests);
            }
        }
    }
    tests
}

fn read_tests(path: &Path, tests: &mut BTreeMap<String, Test>) {
    let text = fs::read_to_string(path).unwrap();
    let file = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let module = path.strip_prefix(folder()).unwrap().with_extension("");
    let mut add = |name: &str, test| {
        tests.insert(format!("{}::{name}", module.display()), test);
    };
    for item in file.items {
        match item {
            Item::Fn(function) => {
                if let Some(test) = test(&function.attrs) {
                    add(&function.sig.ident.to_string(), test);
                }
            }
            // All functions in there are tests.
            Item::Macro(item) if item.mac.path.is_ident("proptest") => {
                let code = item.mac.tokens.to_string();
                let names = code.split("fn ").skip(1).filter_map(|rest| rest.split(' ').next());
                names.for_each(|name| add(name, Test::Runs));
            }
            _ => {}
        }
    }
}

fn test(attributes: &[Attribute]) -> Option<Test> {
    let find = |name| attributes.iter().find(|attribute| attribute.path().is_ident(name));
    find("test")?;
    let Some(ignore) = find("ignore") else { return Some(Test::Runs) };
    let reason = match &ignore.meta {
        syn::Meta::NameValue(value) => match &value.value {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    };
    Some(Test::Ignored(reason))
}

/// Whether a test that is ignored has another beside it that boots the lab's kernels, for it.
fn has_lab(name: &str, tests: &BTreeMap<String, Test>) -> bool {
    let binary = name.split(['/', ':']).next().unwrap_or_default();
    ["6_1", "6_12", "7_2"].iter().all(|kernel| {
        tests.iter().any(|(other, test)| {
            let of_binary = other.split(['/', ':']).next() == Some(binary);
            of_binary && other.ends_with(&format!("::linux_{kernel}")) && *test == Test::Runs
        })
    })
}

#[test]
fn each_case_names_tests_that_run_or_says_why_not() {
    let tests = all_tests();
    assert!(tests.len() > 400, "the tests are found");
    let mut wrong = Vec::new();
    for case in sections().iter().flat_map(|section| &section.cases) {
        let mut complain = |what: String| {
            wrong.push(format!("CASES.md:{}: {}: {what}", case.line, case.name));
        };
        if case.tests().next().is_none() && case.reason().is_none() {
            complain(format!("name a test, or write `{NOT_SHOWN}` and why"));
        }
        for name in case.tests() {
            match tests.get(name) {
                None => complain(format!("there is no test {name}")),
                Some(Test::Runs) => {}
                Some(Test::Ignored(Some(why))) if why == IN_THE_LAB && has_lab(name, &tests) => {}
                Some(Test::Ignored(_)) => complain(format!("{name} does not run")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_case_is_left_out_or_stands_twice() {
    let mut seen = BTreeMap::new();
    for section in sections() {
        assert_eq!(section.cases.len(), section.count, "cases of `{}`", section.title);
        for case in section.cases {
            let before = seen.insert(case.name.clone(), case.line);
            assert_eq!(before, None, "line {} has this before: {}", case.line, case.name);
        }
    }
}
