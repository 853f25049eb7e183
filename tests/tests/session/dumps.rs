//! Dumps: where they end, what they give, and what they leave behind.

use nlkit::script::answer;
use nlkit::wire::{flag, kind};
use nlkit::{Error, NlString};
use nlkit_tests::raw;
use nlkit_tests::tunnel::{self, Brief, Tunnel};

use crate::{is_dump, list, name, names, one, scripted};

/// Entries without NLM_F_MULTI, as netdev sends them.
fn entries(request: &[u8], names: &[&str]) -> Vec<u8> {
    names.iter().flat_map(|name| one(request, name)).collect()
}

fn done(request: &[u8], errno: i32) -> Vec<u8> {
    answer(request).done(errno).into_datagram()
}

fn flagged(request: &[u8], flags: u16, name: &str) -> Vec<u8> {
    let mut bytes = one(request, name);
    bytes[6..8].copy_from_slice(&flags.to_ne_bytes());
    bytes
}

#[test]
fn a_dump_asks_for_a_list() {
    let mut conn = scripted(|request| {
        let header = answer(request).request();
        assert_eq!(header.flags, flag::REQUEST | flag::DUMP, "and for no ACK");
        vec![list(request, &["a"])]
    });
    assert_eq!(names(&mut conn).unwrap(), ["a"]);
}

#[test]
fn five_entries_without_multi_flags_come_in_three_datagrams() {
    let mut conn = scripted(|request| {
        vec![
            entries(request, &["a", "b"]),
            entries(request, &["c", "d"]),
            [entries(request, &["e"]), done(request, 0)].concat(),
        ]
    });
    for _ in 0..3 {
        assert_eq!(names(&mut conn).unwrap(), ["a", "b", "c", "d", "e"]);
    }
}

#[test]
fn an_empty_dump_is_empty() {
    let mut conn = scripted(|request| vec![done(request, 0)]);
    assert_eq!(names(&mut conn).unwrap(), [""; 0]);
}

#[test]
fn done_without_a_code_ends_a_dump() {
    let mut conn = scripted(|request| {
        let bare = answer(request).message(kind::DONE, flag::MULTI, Vec::new());
        vec![entries(request, &["a"]), bare.into_datagram()]
    });
    assert_eq!(names(&mut conn).unwrap(), ["a"]);
}

#[test]
fn the_refusal_of_a_dump_is_its_first_item() {
    let mut conn = scripted(|request| vec![answer(request).error(1, &[]).into_datagram()]);
    let mut dump = conn.dump(&Tunnel::new()).unwrap();
    let error = dump.next().unwrap().unwrap_err();
    assert_eq!(error.to_string(), "tunnel get: Operation not permitted (1)");
    assert!(dump.next().is_none() && dump.next().is_none());
}

#[test]
fn done_with_an_error_comes_behind_the_entries() {
    let mut conn = scripted(|request| vec![entries(request, &["a", "b"]), done(request, 90)]);
    let dump: Vec<_> = conn.dump(&Tunnel::new()).unwrap().collect();
    let [Ok(a), Ok(b), Err(error)] = &dump[..] else {
        panic!("{dump:?}");
    };
    assert_eq!([name(a), name(b)], ["a", "b"]);
    assert_eq!(error.to_string(), "tunnel get: Message too long (90)");
}

#[test]
fn an_interrupted_dump_gives_all_entries_and_then_says_so() {
    let mut conn = scripted(|request| {
        vec![
            entries(request, &["a"]),
            flagged(request, flag::MULTI | flag::DUMP_INTR, "b"),
            [entries(request, &["c"]), done(request, 0)].concat(),
        ]
    });
    let dump: Vec<_> = conn.dump(&Tunnel::new()).unwrap().collect();
    let [Ok(a), Ok(b), Ok(c), Err(Error::DumpInterrupted { request })] = &dump[..] else {
        panic!("{dump:?}");
    };
    assert_eq!([name(a), name(b), name(c)], ["a", "b", "c"]);
    assert_eq!(request.to_string(), "tunnel get");
}

#[test]
fn a_dump_that_was_interrupted_leaves_nothing_to_the_next() {
    let mut interrupted = true;
    let mut conn = scripted(move |request| {
        let flags = if interrupted { flag::DUMP_INTR } else { 0 };
        interrupted = false;
        vec![flagged(request, flags, "a"), [entries(request, &["b"]), done(request, 0)].concat()]
    });
    let error = names(&mut conn).unwrap_err();
    assert!(matches!(error, Error::DumpInterrupted { .. }), "{error:?}");
    assert_eq!(names(&mut conn).unwrap(), ["a", "b"]);
}

/// The reader stops at the first entry that is marked; the tail of the old dump is still queued.
#[test]
fn a_reader_that_stops_early_leaves_nothing_to_the_next() {
    let mut runs = 0;
    let mut conn = scripted(move |request| {
        runs += 1;
        let name = format!("{runs}");
        vec![
            flagged(request, flag::DUMP_INTR, &name),
            entries(request, &[&name]),
            [entries(request, &[&name]), done(request, 0)].concat(),
        ]
    });
    for run in ["1", "2", "3"] {
        let mut dump = conn.dump(&Tunnel::new()).unwrap();
        assert_eq!(name(&dump.next().unwrap().unwrap()), run);
    }
}

#[test]
fn a_dump_dropped_half_way_disturbs_neither_request_nor_dump() {
    let mut conn = scripted(|request| match is_dump(request) {
        true => vec![
            entries(request, &["a", "b"]),
            entries(request, &["c", "d"]),
            [entries(request, &["e"]), done(request, 0)].concat(),
        ],
        false => vec![one(request, "single")],
    });
    for taken in 0..5 {
        let dump = conn.dump(&Tunnel::new()).unwrap();
        assert_eq!(dump.take(taken).count(), taken);
        assert_eq!(name(&conn.request(&Tunnel::new()).unwrap()), "single");
        assert_eq!(names(&mut conn).unwrap(), ["a", "b", "c", "d", "e"]);
        let dump = conn.dump(&Tunnel::new()).unwrap();
        assert_eq!(dump.take(taken).count(), taken);
        assert_eq!(names(&mut conn).unwrap(), ["a", "b", "c", "d", "e"]);
    }
}

/// The kernel refuses a dump (EBUSY) while another is not read to its end.
#[test]
fn the_old_dump_is_read_to_its_end_before_the_next_is_asked_for() {
    let mut conn = scripted(|request| {
        let (first, second) = (entries(request, &["a"]), done(request, 0));
        vec![first, entries(request, &["b"]), second]
    });
    let mut dump = conn.dump(&Tunnel::new()).unwrap();
    dump.next().unwrap().unwrap();
    drop(dump);
    // The end of the old dump is not there yet: it comes with a datagram of its own.
    assert_eq!(names(&mut conn).unwrap(), ["a", "b"]);
}

/// Its end never comes: neither does the next dump wait for it.
#[test]
fn a_dump_without_an_end_does_not_block_the_next() {
    let mut ends = false;
    let mut conn = scripted(move |request| {
        let end = if ends { done(request, 0) } else { Vec::new() };
        ends = true;
        vec![[entries(request, &["a"]), end].concat()]
    });
    let mut dump = conn.dump(&Tunnel::new()).unwrap();
    dump.next().unwrap().unwrap();
    let error = dump.next().unwrap().unwrap_err();
    assert!(matches!(error, Error::NoReply { .. }), "{error:?}");
    assert!(dump.next().is_none());
    drop(dump);
    assert_eq!(names(&mut conn).unwrap(), ["a"]);
}

/// `mem::forget` is safe, so it must not make the next dump wait for ever.
#[test]
fn a_dump_that_was_forgotten_does_not_block_the_next() {
    let mut ends = false;
    let mut conn = scripted(move |request| {
        let end = if ends { done(request, 0) } else { Vec::new() };
        ends = true;
        vec![[entries(request, &["a"]), end].concat()]
    });
    let mut dump = conn.dump(&Tunnel::new()).unwrap();
    dump.next().unwrap().unwrap();
    std::mem::forget(dump);
    assert_eq!(names(&mut conn).unwrap(), ["a"]);
}

#[test]
fn a_malformed_entry_is_an_error_in_its_place_and_the_others_come() {
    let bad_len = raw::attr(1, &[1, 2]);
    let beyond = raw::attr_of_len(30, 2, b"wg0\0");
    let zero = raw::attr_of_len(0, 2, &[]);
    let tail = [raw::attr(1, &[0; 4]), vec![1, 2]].concat();
    let expected = [
        ("Tunnel.ifindex: expected 4 bytes, got 2", bad_len),
        ("Tunnel: attribute header gives a length of 30 bytes, with 8 left", beyond),
        ("Tunnel: attribute header gives a length of 0 bytes, with 4 left", zero),
        ("Tunnel: 2 bytes left over after the last attribute", tail),
    ];
    for (error, attrs) in expected {
        let mut conn = scripted(move |request| {
            let body = [&[tunnel::GET, 1, 0, 0], attrs.as_slice()].concat();
            let bad = answer(request).message(tunnel::ID, 0, body).into_datagram();
            let rest = [entries(request, &["b", "c"]), done(request, 0)].concat();
            vec![[entries(request, &["a"]), bad, rest].concat()]
        });
        let dump: Vec<_> = conn.dump(&Tunnel::new()).unwrap().collect();
        let shown: Vec<String> = dump
            .iter()
            .map(|entry| match entry {
                Ok(tunnel) => name(tunnel),
                Err(error) => error.to_string(),
            })
            .collect();
        assert_eq!(shown, ["a", error, "b", "c"]);
    }
}

#[test]
fn another_operation_in_a_dump_is_an_error_in_its_place() {
    let mut conn = scripted(|request| {
        let other = answer(request).reply(tunnel::ID, 99, &Tunnel::new()).into_datagram();
        let parts = [entries(request, &["a"]), other, entries(request, &["b"]), done(request, 0)];
        vec![parts.concat()]
    });
    let dump: Vec<_> = conn.dump(&Tunnel::new()).unwrap().collect();
    let [Ok(_), Err(Error::UnexpectedMessage { found, .. }), Ok(_)] = &dump[..] else {
        panic!("{dump:?}");
    };
    assert!(found.starts_with("operation 99 of family 40"), "{found}");
}

#[test]
fn noops_and_foreign_messages_are_no_entries() {
    let mut conn = scripted(|request| {
        let header = answer(request).request();
        let noop = answer(request).message(kind::NOOP, 0, Vec::new()).into_datagram();
        let foreign = raw::genl(tunnel::ID, 0, header.seq, header.port + 1, tunnel::GET, &[]);
        let parts = [entries(request, &["a"]), noop, foreign, entries(request, &["b"])];
        vec![parts.concat(), done(request, 0)]
    });
    assert_eq!(names(&mut conn).unwrap(), ["a", "b"]);
}

#[test]
fn a_broken_datagram_makes_a_dump_incomplete() {
    let mut conn = scripted(|request| {
        let mut broken = entries(request, &["b"]);
        broken[..4].fill(0);
        vec![entries(request, &["a"]), broken, entries(request, &["c"]), done(request, 0)]
    });
    for _ in 0..2 {
        let dump: Vec<_> = conn.dump(&Tunnel::new()).unwrap().collect();
        let [Ok(a), Ok(c), Err(Error::Malformed { reason })] = &dump[..] else {
            panic!("{dump:?}");
        };
        assert_eq!((name(a), name(c)), ("a".to_owned(), "c".to_owned()));
        assert_eq!(reason, "at byte 0: a message of 0 bytes, with 36 left");
    }
}

#[test]
fn views_are_lent_entry_by_entry() {
    let mut conn = scripted(|request| {
        let bad = answer(request).message(tunnel::ID, 0, vec![tunnel::GET, 1, 0, 0, 9]);
        let bad = bad.into_datagram();
        vec![
            entries(request, &["a", "b"]),
            [bad, entries(request, &["c"]), done(request, 0)].concat(),
        ]
    });
    let mut dump = conn.dump_as::<Brief<'_>, _>(&Tunnel::new()).unwrap();
    let mut seen = Vec::new();
    while let Some(entry) = dump.next() {
        seen.push(match entry {
            Ok(brief) => brief.ifname.map(NlString::from).unwrap_or_default().to_string(),
            Err(error) => error.to_string(),
        });
    }
    assert_eq!(seen, ["a", "b", "Brief: 1 bytes left over after the last attribute", "c"]);
    assert!(dump.next().is_none());
}

#[test]
fn a_name_that_is_no_utf8_does_not_lose_the_dump() {
    let names: [&'static [u8]; 3] = ["h\u{e9}llo".as_bytes(), b"h\xe9llo", b"\xff\xfe"];
    let mut conn = scripted(move |request| {
        let entries = names.iter().fold(answer(request), |answer, name| {
            answer.reply(tunnel::ID, tunnel::GET, &Tunnel::new().with_ifname(*name))
        });
        vec![entries.done(0).into_datagram()]
    });
    let dump: Result<Vec<Tunnel>, Error> = conn.dump(&Tunnel::new()).unwrap().collect();
    let dump = dump.unwrap();
    let kept: Vec<&[u8]> =
        dump.iter().filter_map(|tunnel| Some(tunnel.ifname.as_ref()?.as_bytes())).collect();
    assert_eq!(kept, names);
    assert_eq!(format!("{:?}", dump[1]), r#"Tunnel { ifname: b"h\xe9llo" }"#);
}

/// The n-th dump is interrupted as often as `interrupted` says, and each has its own entries.
fn interrupted(times: u32) -> impl FnMut(&[u8]) -> Vec<Vec<u8>> {
    let mut runs = 0;
    move |request| {
        runs += 1;
        let flags = if runs <= times { flag::MULTI | flag::DUMP_INTR } else { flag::MULTI };
        let name = format!("{runs}");
        vec![flagged(request, flags, &name), [entries(request, &["z"]), done(request, 0)].concat()]
    }
}

#[test]
fn an_interrupted_dump_is_asked_for_again_until_it_is_consistent() {
    let mut conn = scripted(interrupted(3));
    let tunnels = conn.dump_consistent(&Tunnel::new(), 5).unwrap();
    let names: Vec<_> = tunnels.iter().map(name).collect();
    assert_eq!(names, ["4", "z"], "nothing of the first three");
    let error = scripted(interrupted(3)).dump_consistent(&Tunnel::new(), 3).unwrap_err();
    assert!(matches!(error, Error::DumpInterrupted { .. }), "{error:?}");
    assert!(error.is_incomplete());
}
