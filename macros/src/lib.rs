//! The proc macros of nlkit, a thin shell over nlkit-expand. Use them as `nlkit::NlAttrs` and
//! `nlkit::NlStruct` with the feature `derive` of nlkit.

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Makes a struct a set of netlink attributes: `nlkit::NlAttrs`, and `nlkit::View` so that a dump
/// can lend messages to it.
///
/// The struct has named fields, one for each attribute that it wants to see, and [`Default`]. With
/// a lifetime it may borrow from the message: a projection, which decodes without allocating. One
/// field more may be the fixed header, the binary struct that stands before the attributes.
///
/// # On a field: `#[nl(..)]`
///
/// | key | means |
/// |---|---|
/// | `id = 3` | the attribute's number, 0 to 16383; every field but the header needs it |
/// | `as = Form` | its wire form, where the Rust type has none of its own or another is wanted |
/// | `name = "4addr"` | its name in errors, where that is not the field's with `-` for `_` |
/// | `header` | no attribute but the fixed header, alone and on one field at most |
/// | `min = 1`, `max = 100` | the least and the greatest value of a number |
/// | `mask = 0x3` | the bits of a number that may be set |
/// | `min_len = 1`, `max_len = 15` | the least and the greatest length of bytes, or of text without its NUL |
/// | `exact_len = 16` | the only such length |
///
/// The last four lines are checks: `nlkit::validate` refuses a request that breaks one, and neither
/// encoding nor decoding looks at them. Of a list they are for each entry.
///
/// The header is a struct with `#[derive(NlStruct)]`, without `Option`: it is always there. Behind it the
/// attributes go out in the order of their numbers, whatever the order of the fields.
///
/// The type says how often the attribute may stand: `Option<T>` once at most, `Vec<T>` any number
/// of times (multi-attr), `bool` is a flag, an attribute without payload. `T` is
///
/// - a number `u8` to `u64`, `i8` to `i64`, in host byte order;
/// - `NlString`, or `NlStr<'a>` to borrow it; `Vec<u8>`, `&'a [u8]`, `[u8; N]`;
/// - `Ipv4Addr`, `Ipv6Addr`, `IpAddr`, `HwAddr`, `Bitfield32`;
/// - a struct with this derive: a nest; in a `Box` where it is recursive;
/// - a struct with [`#[derive(NlStruct)]`](NlStruct): its bytes;
/// - with `as`, any type that fits the form.
///
/// | form | holds |
/// |---|---|
/// | `u8` to `i64` | any `Clone` type, `From` and `Into` (or `TryInto`) that number: enums, flags |
/// | `Be<u16>`, `Le<u32>` | the same in big or little endian |
/// | `Uint`, `Sint` | the same for a number of 4 or 8 bytes |
/// | `Array<F>` | a `Vec<T>` side by side without headers, `F` a number's form |
/// | `IndexedArray`, `IndexedArray<F>` | a `Vec<T>`, each entry an attribute numbered by position |
/// | `InOrder` | a `Vec<T>` of sets with one attribute each, side by side in a nest |
/// | `Keyed`, `Keyed<F>` | a `Vec<(u16, T)>`, each entry an attribute whose number is data |
/// | `Selected<3>` | a sub-message: what attribute 3 of the same set says |
/// | `SelectedOuter<3>` | the same where attribute 3 stands in the next set outwards with `scope` |
/// | any other type | what its own `impl Form` says |
///
/// # On the struct: `#[nl(..)]`
///
/// | key | means |
/// |---|---|
/// | `debug` | write [`Debug`], which prints the header and of the attributes what is set |
/// | `setters` | write `new()` and a `with_field()` for each field, see below |
/// | `scope` | sub-messages in nests below find their selector in this set |
/// | `crate = path` | where nlkit is, if not at `::nlkit` |
///
/// A setter takes a number or a flag as it is, for a `Vec<T>` any iterator over `T`, and `impl Into<T>`
/// for all else, the header among it.
///
/// # Examples
/// ```
/// use nlkit::{Be, NlAttrs, NlStr, NlString};
///
/// #[derive(Default, NlAttrs)]
/// #[nl(debug, setters)]
/// struct Lamp {
///     #[nl(id = 1)]
///     name: Option<NlString>,
///     #[nl(id = 2)]
///     timer: Vec<Timer>,
///     #[nl(id = 3)]
///     dimmed: bool,
/// }
///
/// #[derive(Default, NlAttrs)]
/// #[nl(debug)]
/// struct Timer {
///     #[nl(id = 2, as = Be<u16>)]
///     port: Option<u16>,
/// }
///
/// /// Just the name, without copying it.
/// #[derive(Default, NlAttrs)]
/// struct Name<'a> {
///     #[nl(id = 1)]
///     name: Option<NlStr<'a>>,
/// }
///
/// let lamp = Lamp::new().with_name("hall").with_timer([Timer { port: Some(80) }]);
/// assert_eq!(format!("{lamp:?}"), r#"Lamp { name: "hall", timer: [Timer { port: 80 }] }"#);
/// let bytes = nlkit::encode(&lamp)?;
/// let Name { name } = nlkit::decode(&bytes)?;
/// assert_eq!(name.unwrap(), "hall");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// With a fixed header:
/// ```
/// use nlkit::{NlAttrs, NlStruct};
///
/// #[derive(Debug, Default, NlStruct)]
/// struct Lampmsg {
///     family: u8,
///     #[nl(pad = 3)]
///     index: u32,
/// }
///
/// #[derive(Default, NlAttrs)]
/// #[nl(debug)]
/// struct GetLamp {
///     #[nl(header)]
///     header: Lampmsg,
///     #[nl(id = 3)]
///     level: Option<u8>,
/// }
///
/// let request = GetLamp { header: Lampmsg { family: 2, index: 7 }, level: None };
/// assert_eq!(nlkit::encode(&request)?.len(), 8);
/// assert_eq!(format!("{request:?}"), "GetLamp { header: Lampmsg { family: 2, index: 7 } }");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[proc_macro_derive(NlAttrs, attributes(nl))]
pub fn derive_nl_attrs(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    nlkit_expand::derive(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Makes a struct a binary struct of the kernel's interface: `nlkit::NlStruct`, and
/// `nlkit::AttrValue` so that it can be the payload of an attribute.
///
/// The struct has named fields, its members in their order, and neither lifetimes nor parameters. The
/// bytes of the members lie side by side: padding that C has between them, or behind the last, has to
/// be said. A payload that is shorter than the struct reads as zero where it ends, and of a longer
/// one the rest is skipped, since kernels grow structs at their end.
///
/// # On a field: `#[nl(..)]`
///
/// | key | means |
/// |---|---|
/// | `as = Form` | its form, where the Rust type has none of its own or another is wanted |
/// | `pad = 3` | so many bytes before it that mean nothing, 1 to 65535: written as zero, skipped |
///
/// Without `as` a member is
///
/// - a number `u8` to `u64`, `i8` to `i64`, in host byte order;
/// - `[u8; N]`, `Ipv4Addr`, `Ipv6Addr`;
/// - a struct with this derive.
///
/// | form | holds |
/// |---|---|
/// | `u8` to `i64` | any `Clone` type, `From` and `Into` (or `TryInto`) that number: enums, flags |
/// | `Be<u16>`, `Le<u32>` | the same in big or little endian |
/// | `Octets<16>` | 16 bytes of a `NlString`, `HwAddr` or `Vec<u8>`, zero behind its end |
/// | `Rest` | the last member, a `Vec<T>` of structs: as many as the payload has room for |
/// | any other type | what its own `impl Member` says |
///
/// # On the struct: `#[nl(..)]`
///
/// | key | means |
/// |---|---|
/// | `pad = 4` | so many bytes behind the last member |
/// | `default` | write [`Default`], all bytes zero: for members without, such as `Ipv4Addr`, `[u8; 64]` |
/// | `setters` | write `new()`, which needs [`Default`], and a `with_field()` for each field |
/// | `crate = path` | where nlkit is, if not at `::nlkit` |
///
/// A setter takes a number as it is, and `impl Into<T>` for all else.
///
/// # Examples
/// ```
/// use nlkit::{Be, NlAttrs, NlString, NlStruct, Octets};
///
/// /// `struct { __u8 level; __be16 port; char name[8]; }` in C, which aligns `port`.
/// #[derive(Clone, Debug, Default, PartialEq, NlStruct)]
/// #[nl(setters)]
/// struct Lamp {
///     level: u8,
///     #[nl(as = Be<u16>, pad = 1)]
///     port: u16,
///     #[nl(as = Octets<8>)]
///     name: NlString,
/// }
///
/// #[derive(Default, NlAttrs)]
/// struct Room {
///     #[nl(id = 5)]
///     lamp: Option<Lamp>,
/// }
///
/// let lamp = Lamp::new().with_level(3).with_port(80).with_name("hall");
/// assert_eq!(Lamp::LEN, 12);
/// let bytes = nlkit::encode(&Room { lamp: Some(lamp.clone()) })?;
/// assert_eq!(bytes[4..], *b"\x03\0\0\x50hall\0\0\0\0");
/// assert_eq!(nlkit::decode::<Room>(&bytes)?.lamp, Some(lamp));
/// // From an older kernel, whose struct ends after the level.
/// assert_eq!(nlkit::read::<Lamp>(&[3]), Lamp::new().with_level(3));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[proc_macro_derive(NlStruct, attributes(nl))]
pub fn derive_nl_struct(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    nlkit_expand::derive_struct(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}
