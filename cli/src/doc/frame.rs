//! What is around every page.

use maud::{DOCTYPE, Markup, html};

/// Nothing but the files beside a page: no script in it, whatever a spec says, and no network.
const POLICY: &str = "default-src 'none'; style-src 'self' file:; script-src 'self' file:; \
                      base-uri 'none'; form-action 'none'";

/// A page with its title, what stands beside it, and what it is about.
pub(super) fn page(title: &str, aside: &Markup, main: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="color-scheme" content="light dark";
                title { (title) }
                link rel="stylesheet" href="style.css";
                script src="script.js" defer {}
            }
            body {
                a.skip href="#main" { "Skip to the content" }
                header {
                    a.home href="index.html" { "Netlink families" }
                    // Without a script there is no search.
                    div #search role="search" hidden {
                        input #query type="search" role="combobox" autocomplete="off" spellcheck="false"
                            placeholder="Search names, C names, docs" aria-label="Search names, C names and docs"
                            aria-keyshortcuts="/" aria-expanded="false" aria-controls="hits" aria-autocomplete="list";
                        kbd aria-hidden="true" { "/" }
                        ul #hits role="listbox" aria-label="Found" hidden {}
                    }
                }
                div.page {
                    nav aria-label="On this page" { (aside) }
                    main #main tabindex="-1" {
                        (main)
                        footer {
                            p {
                                "Rust names and types are those that nlkit generates. The type of a field stands below that "
                                "of its attribute; a field has the name of the attribute with underscores, a constant "
                                "that of its entry in capitals, unless another stands beside it. "
                                "Made by " code { "nlkit doc" } " " (env!("CARGO_PKG_VERSION")) "."
                            }
                        }
                    }
                }
            }
        }
    };
    page.into_string()
}
