//! The pages in headless Chromium: search by keyboard, where it leads to, and that nothing else runs.

use std::path::Path;

use crate::webdriver::Browser;
use crate::{Folder, HOSTILE, printed};

const ENTER: &str = "\u{e007}";
const DOWN: &str = "\u{e015}";
const UP: &str = "\u{e013}";
const ESCAPE: &str = "\u{e00c}";

/// How many hits there are.
const HITS: &str = "return document.querySelectorAll('#hits [role=option]').length";
/// The hit that Enter would go to: the one that a screen reader reads out.
const CHOSEN: &str = "const id = document.getElementById('query').getAttribute('aria-activedescendant'); \
                      return document.querySelector(`#${id}[aria-selected=true] .name`).textContent";
/// Whether the target of the address is in sight, below the head.
const IN_SIGHT: &str = "const box = document.querySelector(':target').getBoundingClientRect(); \
                        return box.top >= document.querySelector('header').getBoundingClientRect().bottom \
                        && box.top < innerHeight";

fn site(folder: &Folder, more: &[&str]) -> String {
    let out = folder.at("out");
    let args: Vec<&str> = ["doc", "-o", &out].iter().chain(more).copied().collect();
    printed(&args);
    out
}

fn address(folder: &str, page: &str) -> String {
    format!("file://{}", Path::new(folder).join(page).display())
}

#[test]
fn typed_search_leads_to_the_attribute() {
    let folder = Folder::new("browser");
    let site = site(&folder, &[]);
    let Some(browser) = Browser::start(folder.path(), (1300, 900)) else { return };
    browser.open(&address(&site, "index.html"));
    // The slash goes to the search, wherever one is.
    browser.press("/");
    assert_eq!(browser.run("return document.activeElement.id"), "query");
    browser.press("ETHTOOL_A_RINGS_RX");
    browser.wait_for("return document.querySelectorAll('#hits [role=option]').length > 1");
    assert_eq!(browser.run(CHOSEN), "rings.rx");
    browser.press(ENTER);
    browser.wait_for(
        "return location.pathname.endsWith('/ethtool.html') && document.readyState == 'complete'",
    );
    assert_eq!(browser.run("return location.hash"), "#attr:rings.rx");
    let name = "return document.querySelector(':target code.c').textContent";
    assert_eq!(browser.run(name), "ETHTOOL_A_RINGS_RX");
    assert_eq!(browser.run(IN_SIGHT), true);
    browser.close_without_complaint();
}

#[test]
fn arrows_choose_and_escape_closes() {
    let folder = Folder::new("browser-keys");
    let site = site(&folder, &["--family", "netdev", "--family", "ethtool"]);
    let Some(browser) = Browser::start(folder.path(), (1300, 900)) else { return };
    browser.open(&address(&site, "netdev.html"));
    browser.press("/");
    browser.press("rings rx");
    browser.wait_for("return document.querySelectorAll('#hits [role=option]').length > 2");
    let first = browser.run(CHOSEN);
    browser.press(DOWN);
    let second = browser.run(CHOSEN);
    assert_ne!(first, second);
    browser.press(UP);
    assert_eq!(browser.run(CHOSEN), first);
    // Behind the first is the last.
    browser.press(UP);
    let chosen = "return document.querySelector('#hits [aria-selected=true]') === \
                  [...document.querySelectorAll('#hits [role=option]')].at(-1)";
    assert_eq!(browser.run(chosen), true);
    browser.press(ESCAPE);
    assert_eq!(browser.run("return document.getElementById('hits').hidden"), true);
    // A word of docs finds too, and within the page no other is loaded.
    browser.press("/");
    browser.press("CLOCK_BOOTTIME");
    // It stands in the second sentence at earliest; of docs the first is searched.
    browser.wait_for("return !document.getElementById('hits').hidden");
    browser.press(ESCAPE);
    browser.press("/");
    browser.press("pages ring refused numa");
    browser.wait_for("return document.querySelectorAll('#hits [role=option]').length == 1");
    browser.press(ENTER);
    browser.wait_for("return location.hash == '#attr:page-pool-stats.alloc-waive'");
    assert_eq!(browser.run(IN_SIGHT), true);
    browser.press("/");
    browser.press("wholly unknown words");
    browser.wait_for("return document.getElementById('hits').textContent.startsWith('Nothing')");
    assert_eq!(browser.run(HITS), 0);
    browser.close_without_complaint();
}

#[test]
fn what_a_spec_says_never_runs() {
    let folder = Folder::new("browser-hostile");
    let spec = folder.write("hostile.yaml", HOSTILE);
    let site = site(&folder, &[&spec]);
    let Some(browser) = Browser::start(folder.path(), (1300, 900)) else { return };
    for page in ["index.html", "hostile.html"] {
        browser.open(&address(&site, page));
        assert_ne!(browser.run("return document.title"), "ran");
        browser.press("/");
        // What is found is text as well.
        browser.press("script");
        browser.wait_for("return document.querySelectorAll('#hits [role=option]').length > 2");
        assert_eq!(
            browser
                .run("return document.querySelectorAll('main script, #hits script, img').length"),
            0
        );
        assert_ne!(browser.run("return document.title"), "ran");
    }
    let doc = "return document.querySelector('[id=\"op:get\"] p').textContent";
    assert_eq!(browser.run(doc), "\"><script>document.title = 'ran'</script>");
    browser.close_without_complaint();
}

#[test]
fn pages_fit_the_width_of_a_phone() {
    let folder = Folder::new("browser-phone");
    let site = site(&folder, &[]);
    let Some(browser) = Browser::start(folder.path(), (1300, 900)) else { return };
    browser.resize(360, 740);
    for page in ["index.html", "netdev.html", "rt-link.html", "nl80211.html", "ethtool.html"] {
        browser.open(&address(&site, page));
        assert_eq!(browser.run("return innerWidth"), 360);
        let beyond = "return document.documentElement.scrollWidth - innerWidth";
        let beyond = browser.run(beyond).as_i64().unwrap();
        assert!(beyond <= 0, "{page} is {beyond} pixels too wide");
        // What stands beside the text on a wide screen is folded away.
        assert_eq!(browser.run("return document.querySelector('details.toc').open"), false);
    }
    browser.close_without_complaint();
}

#[test]
fn text_has_contrast_in_light_and_dark() {
    let folder = Folder::new("browser-contrast");
    let site = site(&folder, &["--family", "netdev"]);
    let Some(browser) = Browser::start(folder.path(), (1300, 900)) else { return };
    for scheme in ["light", "dark"] {
        browser.prefer(scheme);
        browser.open(&address(&site, "netdev.html"));
        let is_dark = browser.run("return matchMedia('(prefers-color-scheme: dark)').matches");
        assert_eq!(is_dark, scheme == "dark");
        let least = browser.run(include_str!("contrast.js")).as_f64().unwrap();
        // WCAG 2 asks for 4.5 (AA).
        assert!(least >= 4.5, "{scheme}: {least}");
    }
    browser.close_without_complaint();
}

#[test]
fn what_is_there_has_names_for_screen_readers() {
    let folder = Folder::new("browser-names");
    let site = site(&folder, &["--family", "netdev"]);
    let Some(browser) = Browser::start(folder.path(), (1300, 900)) else { return };
    browser.open(&address(&site, "netdev.html"));
    for (selector, number) in [("header", 1), ("nav[aria-label]", 1), ("main", 1), ("h1", 1)] {
        let count = format!("return document.querySelectorAll('body {selector}').length");
        assert_eq!(browser.run(&count), number, "{selector}");
    }
    let unnamed = "return [...document.querySelectorAll('a, input, summary')].filter((it) => \
                   !(it.textContent.trim() || it.getAttribute('aria-label'))).length";
    assert_eq!(browser.run(unnamed), 0);
    let headless = "return [...document.querySelectorAll('table')].filter((it) => \
                    it.querySelectorAll('thead th[scope=col]').length == 0).length";
    assert_eq!(browser.run(headless), 0);
    // Headings skip no level.
    let skips = "const levels = [...document.querySelectorAll('main h1, main h2, main h3')].map((it) => +it.tagName[1]); \
                 return levels.some((level, at) => at > 0 && level > levels[at - 1] + 1)";
    assert_eq!(browser.run(skips), false);
    browser.close_without_complaint();
}
