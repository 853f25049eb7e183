//! `nlkit doc`: its options and errors, and what is in the files.

use std::fs;
use std::path::Path;

use crate::site::{decoded, index, pages};
use crate::{Folder, HOSTILE, command, failed, printed};

/// The number of links on the pages of a folder, none of which is broken.
#[track_caller]
fn sound_links(folder: &Path) -> usize {
    let pages = pages(folder);
    let mut checked = 0;
    for (name, page) in &pages {
        assert_eq!(page.twice, [] as [&str; 0], "{name} has ids twice");
        for link in &page.links {
            let (file, id) = link.split_once('#').unwrap_or((link, ""));
            if file.ends_with(".css") || file.ends_with(".js") {
                assert!(folder.join(file).is_file(), "{name}: {link}");
                continue;
            }
            let file = if file.is_empty() { name } else { file };
            let to = pages.get(file).unwrap_or_else(|| panic!("{name}: no page {link}"));
            assert!(id.is_empty() || to.ids.contains(&decoded(id)), "{name}: nothing at {link}");
            checked += 1;
        }
    }
    for (file, id, _) in index(folder) {
        assert!(pages[&file].ids.contains(&id), "the search leads to {id}, which {file} lacks");
    }
    checked
}

#[test]
fn no_link_is_broken_on_any_page() {
    let folder = Folder::new("links");
    let out = folder.at("out");
    assert_eq!(printed(&["doc", "-o", &out]), format!("{out}/index.html: 33 families\n"));
    let checked = sound_links(Path::new(&out));
    // A checker that finds no links would find no broken ones.
    assert!(checked > 10_000, "{checked}");
}

#[test]
fn specs_of_kernels_make_sound_pages_too() {
    let Some(specs) = nlkit_tests::skip::folder("NLKIT_KERNEL_SPECS") else { return };
    for version in ["linux-6.12", "linux-7.3"] {
        let folder = Folder::new(version);
        let out = folder.at("out");
        printed(&["doc", specs.join(version).to_str().unwrap(), "-o", &out]);
        let checked = sound_links(Path::new(&out));
        assert!(checked > 5_000, "{version}: {checked}");
    }
}

#[test]
fn all_that_has_a_name_can_be_searched_for() {
    let folder = Folder::new("search");
    let out = folder.at("out");
    printed(&["doc", "-o", &out]);
    let entries = index(Path::new(&out));
    for (file, id, c_name) in [
        ("ethtool.html", "attr:rings.rx", "ETHTOOL_A_RINGS_RX"),
        ("netdev.html", "op:dev-get", "NETDEV_CMD_DEV_GET"),
        ("netdev.html", "ntf:dev-add-ntf", "NETDEV_CMD_DEV_ADD_NTF"),
        ("netdev.html", "group:mgmt", "NETDEV_MCGRP_MGMT"),
        ("netdev.html", "bit:xdp-act.redirect", "NETDEV_XDP_ACT_REDIRECT"),
        ("netdev.html", "value:queue-type.tx", "NETDEV_QUEUE_TYPE_TX"),
        ("rt-link.html", "sub-message:linkinfo-data-msg", ""),
        ("rt-link.html", "format:linkinfo-data-msg.bridge", ""),
        ("rt-link.html", "struct:ifinfomsg", "ifinfomsg"),
        ("rt-link.html", "member:ifinfomsg.ifi-index", ""),
        ("wireguard.html", "const:key-len", "WG_KEY_LEN"),
    ] {
        let expected = (file.to_owned(), id.to_owned(), c_name.to_owned());
        assert!(entries.contains(&expected), "{expected:?}");
    }
}

#[test]
fn a_page_says_what_its_spec_says() {
    let folder = Folder::new("page");
    let out = folder.at("out");
    printed(&["doc", "--family", "netdev", "-o", &out]);
    let page = &pages(&folder.path().join("out"))["netdev.html"].text;
    for expected in [
        "<title>netdev · Netlink families</title>",
        "nlkit do netdev dev-get ifindex=1",
        "<code>DevGetRequest</code> → <code>DevGetReply</code>",
        "<code class=\"c\">NETDEV_A_DEV_XDP_FEATURES</code>",
        "u64 of <a href=\"#flags:xdp-act\">flags xdp-act</a>",
        "range: 1..=2147483647",
        "Rust: <code>r#type</code>",
        "CAP_NET_ADMIN in the namespace",
        // Backticks of docs are code.
        "in seconds of <code>CLOCK_BOOTTIME</code>.",
        // Back from a set to who uses it.
        "<a href=\"#attr:page-pool.io-uring\"><code>page-pool.io-uring</code></a>",
    ] {
        assert!(page.contains(expected), "no {expected}");
    }
}

#[test]
fn the_same_specs_make_the_same_bytes() {
    let folder = Folder::new("same");
    let (one, other) = (folder.at("one"), folder.at("other"));
    printed(&["doc", "-o", &one]);
    printed(&["doc", "-o", &other]);
    let mut compared = 0;
    for entry in fs::read_dir(&one).unwrap() {
        let name = entry.unwrap().file_name();
        let text = |folder: &str| fs::read(format!("{folder}/{}", name.to_str().unwrap())).unwrap();
        assert!(text(&one) == text(&other), "{name:?}");
        compared += 1;
    }
    assert_eq!(compared, 37);
}

#[test]
fn text_of_a_spec_is_never_markup() {
    let folder = Folder::new("hostile");
    let spec = folder.write("hostile.yaml", HOSTILE);
    let out = folder.at("out");
    printed(&["doc", &spec, "-o", &out]);
    for (name, page) in pages(&folder.path().join("out")) {
        // The pages' own script is the only one.
        assert_eq!(page.text.matches("<script").count(), 1, "{name}");
        for markup in ["<img", "<svg", "<b>", "<i>", "<!-- ", "a<b"] {
            assert!(!page.text.contains(markup), "{name} has {markup}");
        }
        assert!(page.text.contains("&lt;script&gt;document.title"), "{name} lost a text");
    }
}

#[test]
fn specs_are_files_folders_and_names() {
    let folder = Folder::new("sources");
    let spec = folder.write("a.yaml", &HOSTILE.replace("name: hostile", "name: one"));
    let more = Folder::new("sources-more");
    more.write("b.yaml", &HOSTILE.replace("name: hostile", "name: two"));
    let (out, more) = (folder.at("out"), more.path().to_str().unwrap().to_owned());
    let text = printed(&["doc", &spec, &more, "--family", "fou", "-o", &out]);
    assert!(text.ends_with("index.html: 3 families\n"), "{text}");
    let names: Vec<String> = pages(&folder.path().join("out")).into_keys().collect();
    assert_eq!(names, ["fou.html", "index.html", "one.html", "two.html"]);
}

#[test]
fn a_family_of_the_name_of_the_index_has_another_file() {
    let folder = Folder::new("index");
    let spec = folder.write("a.yaml", &HOSTILE.replace("name: hostile", "name: index"));
    printed(&["doc", &spec, "-o", &folder.at("out")]);
    let pages = pages(&folder.path().join("out"));
    assert!(pages["index.html"].links.contains(&"index_.html".to_owned()));
    assert!(pages["index_.html"].ids.contains("op:get"));
}

#[test]
fn two_specs_of_one_family_have_no_page_together() {
    let folder = Folder::new("clash");
    let one = folder.write("one.yaml", HOSTILE);
    let other = folder.write("other.yaml", HOSTILE);
    let (code, text) = failed(&["doc", &one, &other, "-o", &folder.at("out")]);
    assert_eq!(code, 2);
    let expected = format!(
        "nlkit: these would have the same page: {one}, {other}\n  help: leave one of them out\n"
    );
    assert_eq!(text, expected);
    assert!(!folder.path().join("out").exists(), "something was written");
}

#[test]
fn a_spec_that_is_wrong_is_shown_where_and_nothing_is_written() {
    let folder = Folder::new("wrong");
    let spec = folder.write("wrong.yaml", &HOSTILE.replace("attributes: [id]", "attributes: [ip]"));
    let (code, text) = failed(&["doc", &spec, "-o", &folder.at("out")]);
    assert_eq!(code, 2);
    assert!(text.contains("wrong.yaml:16:") && text.contains("`ip`"), "{text}");
    assert!(!folder.path().join("out").exists(), "something was written");
}

#[test]
fn a_family_without_a_spec_is_told_with_a_similar_name() {
    let folder = Folder::new("unknown");
    let (code, text) = failed(&["doc", "--family", "netdve", "-o", &folder.at("out")]);
    assert_eq!(code, 6);
    assert!(
        text.contains("no spec for the family `netdve`") && text.contains("`netdev`"),
        "{text}"
    );
}

#[test]
fn a_folder_that_cannot_be_written_is_told() {
    let folder = Folder::new("unwritable");
    let file = folder.write("file", "");
    let (code, text) = failed(&["doc", "--family", "fou", "-o", &format!("{file}/out")]);
    assert_eq!(code, 7);
    assert!(text.starts_with(&format!("nlkit: cannot write {file}/out: ")), "{text}");
}

#[test]
fn it_needs_a_folder_to_write_to() {
    let (code, text) = failed(&["doc", "--family", "fou"]);
    assert_eq!(code, 2);
    assert!(text.contains("--out-dir <DIR>"), "{text}");
}

#[test]
fn without_names_it_is_of_all_specs_that_are_found() {
    let folder = Folder::new("found");
    folder.write("hostile.yaml", HOSTILE);
    let out = Folder::new("found-out");
    let output =
        command(&["doc", "-o", &out.at("out")]).env("NLKIT_SPECS", folder.path()).output().unwrap();
    assert!(output.status.success());
    assert!(String::from_utf8_lossy(&output.stdout).ends_with(": 34 families\n"));
    assert!(out.path().join("out/hostile.html").is_file());
}
