// The search, and what a narrow screen needs. Pages work without.
"use strict";

(() => {
  const SHOWN = 60;
  const box = document.getElementById("search");
  const query = document.getElementById("query");
  const hits = document.getElementById("hits");

  // `rings_rx` is to find `rings.rx`, and `xdp act` what has both words.
  const plain = (text) => text.toLowerCase().replace(/[-_.:\s]+/g, "-");

  // Called by search.js, which is loaded when somebody first wants to search.
  let entries = null;
  globalThis.searchIndex = (families) => {
    entries = [];
    const add = (family, file, address, cName, rust, doc) => {
      const path = address.slice(address.indexOf(":") + 1);
      const name = path.slice(path.lastIndexOf(".") + 1) || family;
      const names = plain(`${family} ${address} ${cName} ${rust}`);
      const exact = [name, path, cName, ...rust.split(" ")].map(plain).filter((text) => text !== "");
      const isPart = path.includes(".");
      entries.push({ family, file, address, path, cName, doc, names, exact, isPart, text: plain(doc) });
    };
    for (const [family, file, cName, doc, items] of families) {
      add(family, file, "", cName, "", doc);
      for (const [address, cName, rust, doc] of items) add(family, file, address, cName, rust, doc);
    }
    show();
  };

  const load = () => {
    if (entries || document.getElementById("index")) return;
    const script = document.createElement("script");
    script.id = "index";
    script.src = "search.js";
    document.head.append(script);
  };

  const isEdge = (char) => char === undefined || !/[\p{L}\p{N}]/u.test(char);
  const hasWord = (text, word) => {
    for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
      if (isEdge(text[at - 1]) && isEdge(text[at + word.length])) return true;
    }
    return false;
  };

  // How well an entry fits: the smaller the better; undefined where it does not. `nlkit describe --search`
  // has the same rule.
  const rank = (entry, words) => {
    let rank = entry.isPart ? 1 : 0;
    for (const word of words) {
      if (entry.exact.includes(word)) continue;
      if (hasWord(entry.names, word)) rank += 2;
      else if (entry.exact.some((name) => name.startsWith(word))) rank += 4;
      else if (entry.names.includes(word)) rank += 6;
      else if (hasWord(entry.text, word)) rank += 16;
      else if (entry.text.includes(word)) rank += 24;
      else return undefined;
    }
    return rank;
  };

  const find = (words) => {
    const found = [];
    for (const entry of entries) {
      const of = rank(entry, words);
      if (of !== undefined) found.push({ entry, rank: of });
    }
    // The sort is stable: otherwise entries stay in the order of the specs.
    const order = (one, other) => one.rank - other.rank || one.entry.path.length - other.entry.path.length;
    return found.sort(order).map(({ entry }) => entry);
  };

  const href = ({ file, address }) =>
    address === "" ? file : `${file}#${encodeURIComponent(address.replace(/\s/g, "_")).replace(/%3A/g, ":")}`;

  const element = (name, className, text) => {
    const made = document.createElement(name);
    made.className = className;
    made.textContent = text;
    return made;
  };

  const hit = (entry, index) => {
    const item = document.createElement("li");
    item.id = `hit-${index}`;
    item.setAttribute("role", "option");
    const link = document.createElement("a");
    link.href = href(entry);
    link.tabIndex = -1;
    const kind = entry.address === "" ? "family" : entry.address.slice(0, entry.address.indexOf(":"));
    link.append(
      element("span", "where", `${entry.family} ${kind}`),
      element("code", "name", entry.path || entry.family),
      element("code", "c", entry.cName),
      element("span", "doc", entry.doc),
    );
    item.append(link);
    return item;
  };

  let chosen = -1;
  const choose = (index) => {
    const items = hits.querySelectorAll("[role=option]");
    items[chosen]?.removeAttribute("aria-selected");
    chosen = items.length === 0 ? -1 : (index + items.length) % items.length;
    const item = items[chosen];
    item?.setAttribute("aria-selected", "true");
    item?.scrollIntoView({ block: "nearest" });
    if (item) query.setAttribute("aria-activedescendant", item.id);
    else query.removeAttribute("aria-activedescendant");
  };

  const close = () => {
    hits.hidden = true;
    query.setAttribute("aria-expanded", "false");
    query.removeAttribute("aria-activedescendant");
  };

  const show = () => {
    const words = query.value.trim().split(/\s+/).map(plain).filter((word) => word !== "");
    if (!entries || words.length === 0) return close();
    const found = find(words);
    const items = found.slice(0, SHOWN).map(hit);
    if (found.length === 0) items.push(element("li", "none", "Nothing has all of these words."));
    if (found.length > SHOWN) items.push(element("li", "none", `and ${found.length - SHOWN} more`));
    for (const item of items) if (item.className === "none") item.setAttribute("role", "presentation");
    hits.replaceChildren(...items);
    hits.hidden = false;
    query.setAttribute("aria-expanded", "true");
    chosen = -1;
    choose(0);
  };

  const go = () => {
    const link = hits.querySelectorAll("[role=option]")[chosen]?.querySelector("a");
    if (!link) return;
    close();
    query.blur();
    link.click();
  };

  query.addEventListener("focus", load);
  query.addEventListener("input", () => { load(); show(); });
  query.addEventListener("keydown", (event) => {
    const keys = { ArrowDown: () => choose(chosen + 1), ArrowUp: () => choose(chosen - 1), Enter: go };
    if (event.key === "Escape") { close(); query.blur(); }
    if (hits.hidden || !Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key]();
  });
  hits.addEventListener("click", close);
  document.addEventListener("click", (event) => { if (!box.contains(event.target)) close(); });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    query.focus();
    query.select();
  });
  box.hidden = false;

  // What stands beside the text on a wide screen would fill a narrow one.
  const toc = document.querySelector("details.toc");
  const narrow = matchMedia("(max-width: 60rem)");
  const fold = () => { if (toc) toc.open = !narrow.matches; };
  narrow.addEventListener("change", fold);
  fold();
})();
