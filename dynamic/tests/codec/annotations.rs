//! Messages piece by piece: every byte is in one piece, and each says what it is.

use nlkit_dynamic::{Format, Piece};

use crate::{attr, id, nest, request};

/// The pieces, one in a line: where, indented by depth, name and text.
fn lines(format: Format, bytes: &[u8]) -> String {
    let line = |piece: Piece| {
        let Piece { offset, len, depth, name, text, malformed } = piece;
        let mark = if malformed { "!" } else { "" };
        format!("{offset}+{len} {}{name} {text}{mark}\n", "  ".repeat(depth))
    };
    format.annotate(bytes).into_iter().map(line).collect()
}

#[test]
fn attributes_of_all_sorts() {
    let bytes = [
        attr(id("id"), &[5, 0, 0, 0]),
        attr(id("name"), b"ab\0"),
        attr(id("features"), &[5, 0, 0, 0]),
        nest(id("timers"), &[attr(1, &[1, 0, 0, 0]), attr(9, &[1])].concat()),
        nest(id("indexed"), &nest(3, &attr(1, &[2, 0, 0, 0]))),
        nest(id("rules"), &nest(3, &nest(1, &[]))),
        attr(id("point"), &[0, 1, 0, 0, 2, 0, 0, 0, 9, b'a', 0]),
        attr(id("kind"), b"both\0"),
        attr(id("data"), &[[9, 0, 0, 0].to_vec(), attr(2, &[7, 0, 0, 0])].concat()),
    ];
    let expected = "\
0+8 id 5
8+8 name ab
16+8 features dim, timer
24+4 timers 
28+8   on-ms 1
36+8   UnknownAttr(9) 01
44+4 indexed 
48+4   [3] 
52+8     on-ms 2
60+4 rules 
64+4   policy 3 
68+4     number 1 
72+4 point 
76+2   x 1
78+2   padding 
80+4   y 2
84+1   mode Unknown(9)
85+2   label a
87+1   padding 
88+12 kind both
100+4 data 
104+4   low 9
108+8   off-ms 7
";
    assert_eq!(lines(request("get"), &bytes.concat()), expected);
}

#[test]
fn what_is_malformed_says_so_in_its_place() {
    let inner = [attr(1, &[1]), vec![200, 0, 1, 0]].concat();
    let bytes = [nest(id("timer"), &inner), attr(id("id"), &[1, 2]), vec![1, 2]].concat();
    let expected = "\
0+4 timer 
4+8   on-ms expected 4 bytes, got 1!
12+4   malformed attribute header gives a length of 200 bytes, with 4 left!
16+8 id expected 4 bytes, got 2!
24+2 malformed 2 bytes left over after the last attribute!
";
    assert_eq!(lines(request("get"), &bytes), expected);
    let expected = "0+2 malformed expected a header of 4 bytes, got 2!\n";
    assert_eq!(lines(request("move"), &[1, 2]), expected);
}

#[test]
fn a_fixed_header_is_its_members() {
    let bytes = [vec![3, 1, 0, 0], attr(id("level"), &[0, 1, 0, 0])].concat();
    let expected = "0+1 level 3\n1+1 flags dim\n2+2 padding \n4+8 level 256\n";
    assert_eq!(lines(request("move"), &bytes), expected);
}

#[test]
fn a_longer_struct_shows_what_is_not_known() {
    let bytes = attr(id("point"), &[[0; 12].as_slice(), &[7]].concat());
    assert!(
        lines(request("get"), &bytes).ends_with("16+1   unknown 07\n17+3   padding \n"),
        "{}",
        lines(request("get"), &bytes)
    );
}
