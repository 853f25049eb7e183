//! The golden expansions of `derive/expand` compile without a warning and do what the derive does.
#![deny(warnings, rust_2018_idioms)]
#![allow(clippy::type_complexity, reason = "fixtures write types out")]
#![allow(unreachable_pub, reason = "fixtures are public as in a crate of their own")]

use nlkit::NlAttrs;

/// Each fixture twice: with the derive, and expanded; and the list of them.
macro_rules! fixtures {
    ($($name:ident $expanded:literal),* $(,)?) => {
        #[path = "../derive/expand"]
        mod derived {
            pub(crate) use nlkit as wire_elsewhere;
            $(pub(crate) mod $name;)*
        }

        #[path = "../derive/expand"]
        mod expanded {
            pub(crate) use nlkit as wire_elsewhere;
            $(#[path = $expanded] pub(crate) mod $name;)*
        }

        const FIXTURES: &[&str] = &[$(stringify!($name)),*];
    };
}

fixtures! {
    borrowed "borrowed.expanded.rs",
    checks "checks.expanded.rs",
    elsewhere "elsewhere.expanded.rs",
    empty "empty.expanded.rs",
    forms "forms.expanded.rs",
    headers "headers.expanded.rs",
    plain "plain.expanded.rs",
    recursive "recursive.expanded.rs",
    setters "setters.expanded.rs",
    structs "structs.expanded.rs",
}

/// What the two say of a message, an attribute, and of themselves.
fn agree<'m, D: NlAttrs<'m>, E: NlAttrs<'m>>(messages: &'m [Vec<u8>]) {
    let names = |set: &nlkit::Set| -> Vec<_> {
        let entries = set.entries.iter();
        let entries = entries.map(|entry| (entry.id, entry.name, entry.multi, entry.checks));
        entries.collect()
    };
    assert_eq!(D::SET.name, E::SET.name);
    assert_eq!((D::SET.header, D::SET.scope), (E::SET.header, E::SET.scope));
    assert_eq!(names(D::SET), names(E::SET));
    for message in messages {
        let derived = nlkit::decode::<D>(message).map(|value| nlkit::encode(&value));
        let expanded = nlkit::decode::<E>(message).map(|value| nlkit::encode(&value));
        assert_eq!(derived, expanded, "{} of {message:?}", D::SET.name);
    }
}

/// As [`agree`], and in how they show themselves.
fn agree_shown<'m, D, E>(messages: &'m [Vec<u8>])
where
    D: NlAttrs<'m> + std::fmt::Debug,
    E: NlAttrs<'m> + std::fmt::Debug,
{
    agree::<D, E>(messages);
    for message in messages {
        let derived = nlkit::decode::<D>(message).map(|value| format!("{value:?} {value:#?}"));
        let expanded = nlkit::decode::<E>(message).map(|value| format!("{value:?} {value:#?}"));
        assert_eq!(derived, expanded);
    }
}

/// Messages of one attribute and of two, of each number that a fixture knows, and payloads that
/// fit some of their types and not others.
fn messages() -> Vec<Vec<u8>> {
    let attr = |id: u16, payload: &[u8]| {
        let len = u16::try_from(4 + payload.len()).unwrap_or_default();
        let mut attr = [len.to_ne_bytes(), id.to_ne_bytes()].concat();
        attr.extend_from_slice(payload);
        attr.resize(attr.len().next_multiple_of(4), 0);
        attr
    };
    let inner = [attr(1, &[1, 0, 0, 0]), attr(2, &[2, 0, 0, 0])].concat();
    let deeper = [attr(1, &inner), attr(2, &attr(2, &inner)), attr(9, b"wake\0")].concat();
    let mut payloads: Vec<Vec<u8>> = vec![inner, deeper, b"hall\0".to_vec()];
    payloads.extend([0, 1, 2, 3, 4, 5, 8, 12, 16].map(|len| vec![7; len]));
    let mut attrs: Vec<Vec<u8>> = Vec::new();
    for id in (0..=7).chain([0x3fff]) {
        attrs.extend(payloads.iter().map(|payload| attr(id, payload)));
    }
    let with_tail = attrs.iter().map(|one| [one.as_slice(), &[1]].concat());
    let twice = attrs.iter().map(|one| [one.as_slice(), one].concat());
    let all: Vec<Vec<u8>> = with_tail.chain(twice).collect();
    attrs.extend(all);
    attrs
}

#[test]
fn expansions_behave_as_the_derive_does() {
    let messages = messages();
    agree::<derived::plain::Lamp, expanded::plain::Lamp>(&messages);
    agree::<derived::plain::Timer, expanded::plain::Timer>(&messages);
    agree::<derived::checks::Lamp, expanded::checks::Lamp>(&messages);
    agree::<derived::empty::Nothing, expanded::empty::Nothing>(&messages);
    agree_shown::<derived::empty::Request, expanded::empty::Request>(&messages);
    agree_shown::<derived::forms::Forms, expanded::forms::Forms>(&messages);
    agree_shown::<derived::borrowed::Brief<'_>, expanded::borrowed::Brief<'_>>(&messages);
    agree_shown::<derived::borrowed::Label<'_>, expanded::borrowed::Label<'_>>(&messages);
    agree_shown::<derived::elsewhere::Lamp<'_>, expanded::elsewhere::Lamp<'_>>(&messages);
    agree_shown::<derived::headers::Lamp, expanded::headers::Lamp>(&messages);
    agree_shown::<derived::headers::Label<'_>, expanded::headers::Label<'_>>(&messages);
    agree_shown::<derived::headers::Get, expanded::headers::Get>(&messages);
    agree::<derived::headers::Scope, expanded::headers::Scope>(&messages);
    agree_shown::<derived::recursive::Room, expanded::recursive::Room>(&messages);
    agree_shown::<derived::setters::Lamp, expanded::setters::Lamp>(&messages);
    agree_shown::<derived::structs::Room, expanded::structs::Room>(&messages);
}

#[test]
fn setters_set_their_own_field() {
    let here = std::net::IpAddr::from([127, 0, 0, 1]);
    let derived = derived::setters::Lamp::new()
        .with_name("hall")
        .with_level(3)
        .with_hours([7, 19])
        .with_dimmed(true)
        .with_in(here)
        .with_2nd(derived::setters::Lamp::new().with_level(4));
    let expanded = expanded::setters::Lamp::new()
        .with_name("hall")
        .with_level(3)
        .with_hours([7, 19])
        .with_dimmed(true)
        .with_in(here)
        .with_2nd(expanded::setters::Lamp::new().with_level(4));
    let shown = "Lamp { name: \"hall\", level: 3, hours: [7, 19], dimmed: true, in: 127.0.0.1, \
                 _2nd: Lamp { level: 4 } }";
    assert_eq!([format!("{derived:?}"), format!("{expanded:?}")], [shown, shown]);
    assert_eq!(nlkit::encode(&derived), nlkit::encode(&expanded));
}

#[test]
fn setters_of_a_projection_borrow() {
    let name = String::from("hall");
    let timer = derived::elsewhere::Timer::new().with_on(7);
    let derived = derived::elsewhere::Lamp::new().with_header(timer).with_name(name.as_str());
    let timer = expanded::elsewhere::Timer::new().with_on(7);
    let expanded = expanded::elsewhere::Lamp::new().with_header(timer).with_name(name.as_str());
    assert_eq!(format!("{derived:?}"), "Lamp { header: Timer { on: 7 }, name: \"hall\" }");
    assert_eq!(nlkit::encode(&derived), nlkit::encode(&expanded));
}

#[test]
fn setters_of_a_struct_set_their_own_member() {
    let derived = derived::structs::Lamp::new()
        .with_level(3)
        .with_delay(-1)
        .with_port(80)
        .with_type(derived::structs::Colour(4))
        .with_key([1, 2, 3, 4])
        .with_address([127, 0, 0, 1])
        .with_name("hall")
        .with_timer(derived::structs::Timer { bytes: 1, out: 2 });
    let expanded = expanded::structs::Lamp::new()
        .with_level(3)
        .with_delay(-1)
        .with_port(80)
        .with_type(expanded::structs::Colour(4))
        .with_key([1, 2, 3, 4])
        .with_address([127, 0, 0, 1])
        .with_name("hall")
        .with_timer(expanded::structs::Timer { bytes: 1, out: 2 });
    let shown = "Lamp { level: 3, delay: -1, port: 80, type: Colour(4), key: [1, 2, 3, 4], \
                 address: 127.0.0.1, name: \"hall\", timer: Timer { bytes: 1, out: 2 } }";
    assert_eq!([format!("{derived:?}"), format!("{expanded:?}")], [shown, shown]);
    let derived = derived::structs::Room { lamp: Some(derived), ..Default::default() };
    let expanded = expanded::structs::Room { lamp: Some(expanded), ..Default::default() };
    assert_eq!(nlkit::encode(&derived), nlkit::encode(&expanded));
}

#[test]
fn setters_set_the_header() {
    use {derived::headers as derived, expanded::headers as expanded};
    let of_derived = derived::Lampmsg::new().with_family(1).with_index(7).with_flags(2);
    let of_expanded = expanded::Lampmsg::new().with_family(1).with_index(7).with_flags(2);
    let header = "header: Lampmsg { family: 1, index: 7, flags: 2 }";

    let one = derived::Lamp::new().with_header(of_derived).with_level(3).with_name("hall");
    let other = expanded::Lamp::new().with_header(of_expanded).with_level(3).with_name("hall");
    let shown = format!("Lamp {{ {header}, level: 3, name: \"hall\" }}");
    assert_eq!([format!("{one:?}"), format!("{other:?}")], [shown.as_str(); 2]);
    assert_eq!(nlkit::encode(&one), nlkit::encode(&other));

    let one = derived::Get::new().with_header(of_derived);
    let other = expanded::Get::new().with_header(of_expanded);
    let shown = format!("Get {{ {header} }}");
    assert_eq!([format!("{one:?}"), format!("{other:?}")], [shown.as_str(); 2]);
    assert_eq!(nlkit::encode(&one), nlkit::encode(&other));
}

#[test]
fn a_set_without_attributes_encodes_to_nothing() {
    let derived = nlkit::encode(&derived::empty::Request::new());
    let expanded = nlkit::encode(&expanded::empty::Request::new());
    assert_eq!([derived, expanded], [Ok(Vec::new()), Ok(Vec::new())]);
}

#[test]
fn each_golden_is_compiled() {
    let mut goldens: Vec<String> = nlkit_tests::golden::Goldens::new("derive/expand")
        .files(".expanded.rs")
        .iter()
        .filter_map(|path| Some(path.file_name()?.to_str()?.split('.').next()?.to_owned()))
        .collect();
    goldens.sort();
    assert_eq!(goldens, FIXTURES, "add the new fixture to `fixtures!`");
}
