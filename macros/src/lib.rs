//! The proc macros of nlkit, a thin shell over nlkit-expand. Use them as `nlkit::NlAttrs` with the
//! feature `derive` of nlkit.

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Makes a struct a set of netlink attributes: `nlkit::NlAttrs`, and `nlkit::View` so that a dump
/// can lend messages to it.
///
/// The struct has named fields, one for each attribute that it wants to see, and [`Default`]. With
/// a lifetime it may borrow from the message: a projection, which decodes without allocating.
///
/// # On a field: `#[nl(..)]`
///
/// | key | means |
/// |---|---|
/// | `id = 3` | the attribute's number, 0 to 16383; every field needs it |
/// | `as = Form` | its wire form, where the Rust type has none of its own or another is wanted |
/// | `name = "4addr"` | its name in errors, where that is not the field's with `-` for `_` |
///
/// The type says how often the attribute may stand: `Option<T>` once at most, `Vec<T>` any number
/// of times (multi-attr), `bool` is a flag, an attribute without payload. `T` is
///
/// - a number `u8` to `u64`, `i8` to `i64`, in host byte order;
/// - `NlString`, or `NlStr<'a>` to borrow it; `Vec<u8>`, `&'a [u8]`, `[u8; N]`;
/// - `Ipv4Addr`, `Ipv6Addr`, `IpAddr`, `HwAddr`, `Bitfield32`;
/// - a struct with this derive: a nest; in a `Box` where it is recursive;
/// - with `as`, any type that fits the form.
///
/// | form | holds |
/// |---|---|
/// | `u8` to `i64` | any `Clone` type, `From` and `Into` (or `TryInto`) that number: enums, flags |
/// | `Be<u16>`, `Le<u32>` | the same in big or little endian |
/// | `Uint`, `Sint` | the same for a number of 4 or 8 bytes |
/// | `Array<F>` | a `Vec<T>` side by side without headers, `F` a number's form |
/// | `IndexedArray`, `IndexedArray<F>` | a `Vec<T>`, each entry an attribute numbered by position |
/// | `Keyed`, `Keyed<F>` | a `Vec<(u16, T)>`, each entry an attribute whose number is data |
/// | any other type | what its own `impl Form` says |
///
/// # On the struct: `#[nl(..)]`
///
/// | key | means |
/// |---|---|
/// | `debug` | write [`Debug`], which prints only what is set |
/// | `setters` | write `new()` and a `with_field()` for each field, see below |
/// | `crate = path` | where nlkit is, if not at `::nlkit` |
///
/// A setter takes a number or a flag as it is, for a `Vec<T>` any iterator over `T`, and `impl Into<T>`
/// for all else.
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
#[proc_macro_derive(NlAttrs, attributes(nl))]
pub fn derive_nl_attrs(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    nlkit_expand::derive(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}
