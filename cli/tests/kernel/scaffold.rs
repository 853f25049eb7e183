//! `nlkit scaffold`.

use std::fs;

use nlkit_codegen::Builder;

use crate::{families, file, has, nlkit, written};

#[test]
fn every_family_of_the_kernel_has_a_scaffold_that_agrees_with_it() {
    let mut attributes = 0;
    for family in families() {
        let path = file("every", &format!("{}.yaml", family.replace(['/', ' '], "_")));
        let path = path.to_str().unwrap();
        assert_eq!(nlkit(&["scaffold", &family, "--force", "-o", path]).success(), "");
        let checked = nlkit(&["check", path]);
        assert_eq!(checked.code, 0, "{family}: {}{}", checked.out, checked.err);
        let resolved = Builder::new().resolve(path).unwrap_or_else(|report| panic!("{report}"));
        attributes += resolved.sets.iter().map(|set| set.attributes.len()).sum::<usize>();
        Builder::new().generate(path).unwrap_or_else(|report| panic!("{report}"));
        let verified = nlkit(&["verify", path, "--strict"]);
        assert_eq!((verified.code, verified.err.as_str()), (0, ""), "{family}: {}", verified.out);
    }
    println!("{attributes} attributes");
    assert!(families().is_empty() || attributes > 50, "{attributes}");
}

#[test]
fn a_scaffold_says_what_is_to_be_done() {
    if !has("TASKSTATS") {
        return;
    }
    let text = nlkit(&["scaffold", "TASKSTATS"]).success();
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
    let head = format!("family `TASKSTATS`, of what Linux {} tells of it.\n", release.trim());
    assert!(text.contains(&head), "{text}");
    for hint in
        ["# - Names: ", "# - Replies. Policies are of requests only.", "# reply: { value: 1,"]
    {
        assert!(text.contains(hint), "{hint}: {text}");
    }
}

#[test]
fn a_family_with_a_spec_is_begun_anew_only_on_request() {
    let refused = nlkit(&["scaffold", "nlctrl"]).failure(2);
    let expected = "nlkit: there is a spec for `nlctrl` already\n  \
                    help: `nlkit describe` shows it; `--force` begins another one\n";
    assert_eq!(refused, expected);
    let text = nlkit(&["scaffold", "nlctrl", "--force"]).success();
    assert!(text.contains("\nname: nlctrl\n") && text.contains("- name: op-3\n"), "{text}");
}

#[test]
fn a_file_that_is_there_is_written_over_only_on_request() {
    let Some(family) = families().into_iter().find(|name| name == "TASKSTATS") else { return };
    let path = written("there", "x.yaml", "mine");
    let refused = nlkit(&["scaffold", &family, "-o", &path]).failure(7);
    assert!(
        refused.contains("cannot write") && refused.contains("`--force` writes over"),
        "{refused}"
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
    nlkit(&["scaffold", &family, "-o", &path, "--force"]).success();
    assert!(fs::read_to_string(&path).unwrap().starts_with("# A first spec"));
    let refused = nlkit(&["scaffold", &family, "-o", "/no/such/folder/x.yaml"]).failure(7);
    assert!(refused.contains("cannot write /no/such/folder/x.yaml"), "{refused}");
}

#[test]
fn a_family_that_is_not_there_cannot_be_asked() {
    let absent = nlkit(&["scaffold", "nobody"]).failure(6);
    assert!(absent.starts_with("nlkit: the running kernel has no family `nobody`\n"), "{absent}");
    let raw = nlkit(&["scaffold", "rt-link", "--force"]).failure(6);
    assert!(raw.contains("is of a raw protocol"), "{raw}");
    let netns = nlkit(&["scaffold", "TASKSTATS", "--netns", "no-such-namespace"]).failure(7);
    assert!(netns.contains("no-such-namespace"), "{netns}");
}
