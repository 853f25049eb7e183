use serde_json::{Value, json};

use crate::run::{data, nlkit, with_input};

/// A request for `dev-get` of ifindex 1, by the id 20; its number is 7.
const REQUEST: &str = "1c000000140005000700000000000000010100000800010001000000";
/// Without specs of the running kernel.
const NETDEV: &str = "decode --offline --id 20=netdev";

fn message(len: u32, kind: u16, flags: u16, seq: u32, port: u32, body: &[u8]) -> Vec<u8> {
    let header = nlkit::wire::Header { len, kind, flags, seq, port };
    [&header.to_bytes()[..], body].concat()
}

fn whole(kind: u16, flags: u16, seq: u32, port: u32, body: &[u8]) -> Vec<u8> {
    let len = u32::try_from(16 + body.len()).unwrap();
    message(len, kind, flags, seq, port, body)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_request_has_header_family_operation_and_attributes() {
    let records = nlkit(&format!("{NETDEV} -o jsonl {REQUEST}")).ok().records();
    assert_eq!(
        records,
        [json!({
            "kind": "request",
            "to-kernel": true,
            "protocol": "generic",
            "family": "netdev",
            "operation": "dev-get",
            "mode": "do",
            "header": { "len": 28, "type": 20, "flags": ["request", "ack"], "seq": 7, "port": 0 },
            "generic": { "cmd": 1, "version": 1 },
            "message": { "ifindex": 1 },
        })]
    );
    let text = nlkit(&format!("{NETDEV} {REQUEST}")).ok().stdout;
    assert_eq!(text, "> netdev dev-get do request  seq 7 port 0 [request ack]  ifindex=1\n");
}

#[test]
fn hex_comes_as_argument_file_or_stdin() {
    let expected = nlkit(&format!("{NETDEV} {REQUEST}")).ok().stdout;
    let spaced: Vec<&str> =
        REQUEST.as_bytes().chunks(2).map(|it| std::str::from_utf8(it).unwrap()).collect();
    assert_eq!(nlkit(&format!("{NETDEV} {}", spaced.join(" "))).ok().stdout, expected);
    assert_eq!(with_input(&format!("{NETDEV} -"), REQUEST.as_bytes()).ok().stdout, expected);
    assert_eq!(with_input(NETDEV, spaced.join(":").as_bytes()).ok().stdout, expected);
    let file = std::env::temp_dir().join(format!("nlkit-look-{}.hex", std::process::id()));
    std::fs::write(&file, REQUEST).unwrap();
    let ran = nlkit(&format!("{NETDEV} {}", file.display()));
    std::fs::remove_file(&file).unwrap();
    assert_eq!(ran.ok().stdout, expected);
}

#[test]
fn raw_messages_are_read_one_after_the_other() {
    let request = whole(20, 0x301, 8, 0, &[1, 1, 0, 0]);
    let done = whole(3, 2, 8, 99, &0_i32.to_ne_bytes());
    let records =
        with_input(&format!("{NETDEV} -o jsonl"), &[request, done].concat()).ok().records();
    assert_eq!(records[0]["mode"], "dump");
    assert_eq!(records[0]["header"]["flags"], json!(["request", "dump"]));
    // What ends is named by the request.
    assert_eq!(records[1]["kind"], "done");
    assert_eq!(records[1]["operation"], "dev-get");
    assert_eq!(records.len(), 2);
}

#[test]
fn the_protocol_is_guessed_by_what_makes_sense_and_can_be_said() {
    // RTM_GETLINK of index 1: as a message of generic netlink it would be of the family 18.
    let mut body = [0_u8; 16];
    body[4] = 1;
    let getlink = hex(&whole(18, 1, 5, 0, &body));
    let guessed = nlkit(&format!("decode --offline -o jsonl {getlink}")).ok().records();
    assert_eq!(guessed[0]["operation"], "getlink");
    assert_eq!(guessed[0]["protocol"], "route");
    assert_eq!(guessed[0]["message"]["ifi-index"], 1);
    let said =
        nlkit(&format!("decode --offline --protocol generic -o jsonl {getlink}")).ok().records();
    assert_eq!(said[0]["protocol"], "generic");
    assert_eq!(said[0].get("operation"), None);
    assert_eq!(said[0]["bytes"], hex(&body[4..]));
    // What is of no known protocol is shown with all that its header says.
    let unknown = hex(&whole(999, 0, 5, 0, &[1, 2, 3, 4]));
    let unknown = nlkit(&format!("decode --offline -o jsonl {unknown}")).ok().records();
    assert_eq!(unknown[0]["header"]["type"], 999);
    assert_eq!(unknown[0]["bytes"], "01020304");
    let by_number =
        nlkit(&format!("decode --offline --protocol 0 -o jsonl {getlink}")).ok().records();
    assert_eq!(by_number, guessed);
}

#[test]
fn what_the_spec_does_not_list_is_told_by_the_number_of_its_request() {
    // The spec has an operation 17, and nothing that is told.
    let told = hex(&whole(17, 0, 0, 0, &[8, 0, 1, 0, 3, 0, 0, 0]));
    let spec = data("lamp.yaml");
    let run = format!("decode --offline --protocol 31 --spec {} -o jsonl {told}", spec.display());
    let records = nlkit(&run).ok().records();
    assert_eq!(records[0]["kind"], "notification");
    assert_eq!(records[0]["family"], "lamp");
    assert_eq!(records[0]["operation"], "switch");
    assert_eq!(records[0]["message"], json!({ "id": 3 }));
}

#[test]
fn ids_are_learnt_of_the_controller_first() {
    // CTRL_CMD_NEWFAMILY: netdev has the id 77. Then its dev-get.
    let learnt = whole(
        16,
        0,
        1,
        9,
        &[&[1, 2, 0, 0][..], &[6, 0, 1, 0, 77, 0, 0, 0], &[11, 0, 2, 0], b"netdev\0\0"].concat(),
    );
    let asked = whole(77, 1, 2, 0, &[1, 1, 0, 0, 8, 0, 1, 0, 3, 0, 0, 0]);
    let input = format!("{}\n\n{}", hex(&learnt), hex(&asked));
    let records = with_input("decode --offline -o jsonl", input.as_bytes()).ok().records();
    assert_eq!(records[0]["message"]["family-name"], "netdev");
    assert_eq!(records[1]["family"], "netdev");
    assert_eq!(records[1]["message"], json!({ "ifindex": 3 }));
}

#[test]
fn the_running_kernel_is_asked_for_ids_unless_told_not_to() {
    let mut conn = nlkit::Connection::generic().unwrap();
    let families = conn.families().unwrap();
    let Some(ethtool) =
        families.iter().find(|it| it.name.as_ref().is_some_and(|it| *it == "ethtool"))
    else {
        return nlkit_tests::skip::absent("ethtool");
    };
    let asked = hex(&whole(ethtool.id.unwrap(), 1, 2, 0, &[15, 1, 0, 0]));
    let asked_kernel = nlkit(&format!("decode --protocol generic -o jsonl {asked}")).ok().records();
    assert_eq!(asked_kernel[0]["operation"], "rings-get");
    let offline =
        nlkit(&format!("decode --offline --protocol generic -o jsonl {asked}")).ok().records();
    assert_eq!(offline[0].get("operation"), None);
    assert_eq!(offline[0]["generic"], json!({ "cmd": 15, "version": 1 }));
}

#[test]
fn family_operation_and_direction_can_be_said() {
    let message = hex(&whole(99, 0, 2, 0, &[200, 1, 0, 0, 8, 0, 1, 0, 3, 0, 0, 0]));
    let run = |more: &str| {
        nlkit(&format!("decode --offline --family netdev {more} -o jsonl {message}"))
            .ok()
            .records()
            .remove(0)
    };
    let record = run("");
    assert_eq!((record["family"].clone(), record.get("operation")), ("netdev".into(), None));
    let record = run("--op dev-get --request");
    assert_eq!(record["kind"], "request");
    assert_eq!(record["message"], json!({ "ifindex": 3 }));
    let record = run("--op dev-get --reply");
    assert_eq!(record["kind"], "reply");
    assert_eq!(record["message"], json!({ "ifindex": 3 }));
    nlkit("decode --op dev-get 00").fails(2, "--family");
    nlkit("decode --family netdev --op dev-gt 00").fails(6, "a similar name: `dev-get`");
    nlkit("decode --family netdv 00").fails(6, "a similar name: `netdev`");
    nlkit("decode --request --reply 00").fails(2, "cannot be used with");
}

#[test]
fn attributes_without_headers_are_of_an_operation_or_a_set() {
    let ran = nlkit("decode --attrs netdev dev-get 0800010001000000 -o jsonl").ok();
    assert_eq!(ran.records(), [json!({ "ifindex": 1 })]);
    let ran = nlkit("decode --attrs netdev qstats-get --request -o jsonl 0800010001000000").ok();
    assert_eq!(ran.records(), [json!({ "ifindex": 1 })]);
    let ran = nlkit("decode --attrs netdev dev -o jsonl 0800010001000000").ok();
    assert_eq!(ran.records(), [json!({ "ifindex": 1 })]);
    nlkit("decode --attrs netdev dvv 00").fails(6, "neither an operation nor a set `dvv`");
    nlkit("decode --attrs netdev napi-set 08000100").fails(6, "`--request` decodes its requests");
    let ran = nlkit("decode --attrs netdev dev 0900010001000000");
    ran.fails(7, "");
    assert!(ran.stdout.starts_with("! "), "{ran:?}");
}

#[test]
fn errors_have_name_words_and_the_path_in_the_request() {
    let request = whole(20, 5, 7, 0, &[1, 1, 0, 0, 8, 0, 1, 0, 0, 0, 0, 0]);
    let words = b"integer out of range\0";
    let ext_ack = [
        &u16::try_from(4 + words.len()).unwrap().to_ne_bytes()[..],
        &[1, 0],
        words,
        &[0; 3],
        &[8, 0, 2, 0, 20, 0, 0, 0],
    ]
    .concat();
    let code = (-34_i32).to_ne_bytes();
    // Capped: the request is the one that was seen.
    let capped = whole(2, 0x300, 7, 55, &[&code[..], &request[..16], &ext_ack[..]].concat());
    let input = format!("{}\n\n{}", hex(&request), hex(&capped));
    let records = with_input(&format!("{NETDEV} -o jsonl"), input.as_bytes()).ok().records();
    let end = json!({
        "errno": "ERANGE", "number": 34, "msg": "integer out of range", "attribute": ".ifindex", "offset": 20,
    });
    assert_eq!(records[1]["kind"], "error");
    assert_eq!(records[1]["operation"], "dev-get");
    assert_eq!(records[1]["end"], end);
    // Repeated whole: nothing else is needed but the protocol.
    let repeated = whole(2, 0x200, 7, 55, &[&code[..], &request[..], &ext_ack[..]].concat());
    let ran = nlkit(&format!("{NETDEV} --protocol generic -o jsonl {}", hex(&repeated))).ok();
    assert_eq!(ran.records()[0]["end"], end);
    assert_eq!(ran.records()[0]["operation"], "dev-get");
    // Neither: the name and the words are there.
    let ran = nlkit(&format!("{NETDEV} --protocol generic -o jsonl {}", hex(&capped))).ok();
    assert_eq!(ran.records()[0]["end"]["msg"], "integer out of range");
    assert_eq!(ran.records()[0]["family"], "netdev");
    assert_eq!(ran.records()[0]["end"].get("attribute"), None);
}

#[test]
fn a_missing_attribute_is_named() {
    let request = whole(20, 5, 8, 0, &[1, 1, 0, 0]);
    let ext_ack = [8, 0, 5, 0, 1, 0, 0, 0];
    let refused =
        whole(2, 0x300, 8, 55, &[&(-22_i32).to_ne_bytes()[..], &request[..16], &ext_ack].concat());
    let input = format!("{}\n\n{}", hex(&request), hex(&refused));
    let records = with_input(&format!("{NETDEV} -o jsonl"), input.as_bytes()).ok().records();
    assert_eq!(
        records[1]["end"],
        json!({ "errno": "EINVAL", "number": 22, "missing": ".ifindex" })
    );
}

#[test]
fn what_is_malformed_is_shown_in_place_and_the_rest_decoded() {
    let fine = REQUEST;
    let wrong_attribute = hex(&whole(20, 1, 2, 0, &[1, 1, 0, 0, 200, 0, 1, 0, 3, 0, 0, 0]));
    let too_long = hex(&message(400, 20, 1, 3, 0, &[1, 1, 0, 0]));
    let too_short = hex(&message(3, 20, 1, 3, 0, &[1, 1, 0, 0]));
    let input = [fine, &wrong_attribute, &too_long, &too_short, "1400", fine].join("\n\n");
    let ran = with_input(&format!("{NETDEV} -o jsonl"), input.as_bytes());
    assert_eq!((ran.code, ran.stderr.as_str()), (7, ""));
    let records = ran.records();
    let malformed: Vec<Option<&Value>> =
        records.iter().map(|record| record.get("malformed")).collect();
    assert_eq!(records.len(), 6);
    assert_eq!((malformed[0], malformed[5]), (None, None));
    for (record, expected) in records[1..5].iter().zip(["200", "400", "3", "2 bytes left"]) {
        let what = record["malformed"].as_str().unwrap();
        assert!(what.contains(expected), "{what}");
        assert!(record["bytes"].is_string());
    }
    // What could be read of it stands beside.
    assert_eq!(records[1]["operation"], "dev-get");
    assert_eq!(records[2]["header"]["len"], 400);
}

#[test]
fn what_cannot_be_read_at_all_is_an_error_with_its_place() {
    nlkit("decode 14zz").fails(2, "neither a file nor hex: line 1, column 1: `14zz` is not hex");
    nlkit("decode /no/such/file").fails(2, "`/no/such/file` is not hex");
    nlkit("decode --from raw /no/such/file").fails(7, "cannot read /no/such/file");
    with_input("decode", b"00 11\nx").fails(2, "stdin: line 2, column 1: `x` is not hex");
    with_input("decode --from pcap", b"00 11").fails(7, "stdin: no capture");
    nlkit("decode --protocol what 00").fails(2, "a protocol is a number");
    nlkit("decode --id what 00").fails(2, "20=netdev");
    nlkit("decode --attrs netdev dev --op dev-get 00").fails(2, "cannot be used with");
    nlkit("decode --id x=netdev 00").fails(2, "`x` is no number");
}

#[test]
fn an_input_without_messages_is_told() {
    let nothing = "no netlink messages found";
    crate::run::run(&["decode", ""]).fails(7, nothing);
    nlkit("decode").fails(7, nothing);
    nlkit("decode /dev/null").fails(7, nothing);
    with_input("decode", b"write(1, \"x\", 1) = 1\n").fails(7, nothing);
    with_input("decode", b"# a note\n\n").fails(7, nothing);
    nlkit("decode --attrs netdev dev").fails(7, "no attributes found");
    let list = nlkit("decode -o json");
    list.fails(7, nothing);
    assert_eq!(list.stdout, "[]\n");
}

#[test]
fn a_dump_may_be_asked_for_with_the_first_bytes_of_the_fixed_header() {
    let run = |len: u32, flags: u16, body: &[u8]| {
        let message = hex(&message(len, 18, flags, 1, 0, body));
        nlkit(&format!("decode --offline --protocol route -o jsonl --raw {message}"))
    };
    // rtgenmsg as iproute2 sends it, and as it is declared; a part of a member is not taken for one.
    let asked = run(20, 0x301, &[17, 0, 0, 0]).ok().records();
    assert_eq!(asked[0]["message"], json!({ "ifi-family": 17, "ifi-type": 0 }));
    let asked = run(17, 0x301, &[17]).ok().records();
    assert_eq!(asked[0]["message"], json!({ "ifi-family": 17 }));
    let last = asked[0]["pieces"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["name"], &last["offset"]), (&json!("ifi-family"), &json!(16)));
    run(22, 0x301, &[17, 0, 0, 0, 1, 0]).fails(7, "");
    run(20, 0, &[17, 0, 0, 0]).fails(7, "");
    run(20, 1, &[17, 0, 0, 0]).fails(7, "");
}

#[test]
fn dumps_of_od_are_read_with_short_offsets_and_texts() {
    let expected = nlkit(&format!("{NETDEV} {REQUEST}")).ok().stdout;
    for dump in [
        "000000 1c 00 00 00 14 00 05 00 07 00 00 00 00 00 00 00  >................<\n\
         000010 01 01 00 00 08 00 01 00 01 00 00 00              >............<\n00001c\n",
        "000000 1c 00 00 00 14 00 05 00 07 00 00 00 00 00 00 00\n\
         000010 01 01 00 00 08 00 01 00 01 00 00 00\n00001c\n",
        "0000000 1c 00 00 00 14 00 05 00 07 00 00 00 00 00 00 00  >................<\n\
         0000016 01 01 00 00 08 00 01 00 01 00 00 00              >............<\n0000028\n",
    ] {
        assert_eq!(with_input(NETDEV, dump.as_bytes()).ok().stdout, expected, "{dump}");
    }
}

#[test]
fn all_formats_of_output_have_all_messages() {
    let two = format!("{REQUEST}\n\n{REQUEST}");
    let json = with_input(&format!("{NETDEV} -o json"), two.as_bytes()).ok().stdout;
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json.as_array().unwrap().len(), 2);
    let yaml = with_input(&format!("{NETDEV} -o yaml"), two.as_bytes()).ok().stdout;
    assert_eq!(yaml.matches("---\n").count(), 2);
    assert!(yaml.contains("operation: dev-get\n"), "{yaml}");
}

#[test]
fn bytes_are_shown_with_what_they_say() {
    let text = nlkit(&format!("{NETDEV} --raw {REQUEST}")).ok().stdout;
    assert_eq!(
        text,
        "> netdev dev-get do request  seq 7 port 0 [request ack]\n  \
           0000  1c 00 00 00 14 00 05 00  nlmsghdr  len=28 type=20 flags=request,ack seq=7 port=0\n  \
           0008  07 00 00 00 00 00 00 00\n  \
           0010  01 01 00 00              genlmsghdr  cmd=1 version=1\n  \
           0014  08 00 01 00 01 00 00 00  ifindex  1\n"
    );
    let records = nlkit(&format!("{NETDEV} --raw -o jsonl {REQUEST}")).ok().records();
    assert_eq!(records[0]["bytes"], REQUEST);
    assert_eq!(records[0]["message"], json!({ "ifindex": 1 }));
    let last = json!({ "offset": 20, "len": 8, "depth": 0, "name": "ifindex", "text": "1" });
    assert_eq!(records[0]["pieces"].as_array().unwrap().last(), Some(&last));
}

#[test]
fn no_name_of_a_capture_commands_the_terminal() {
    let name = b"\x1b]2;x\x07\0";
    let learnt = whole(
        16,
        0,
        1,
        9,
        &[&[1, 2, 0, 0][..], &[6, 0, 1, 0, 77, 0, 0, 0], &[4 + 7, 0, 2, 0], name, &[0]].concat(),
    );
    let asked = whole(77, 1, 2, 0, &[1, 1, 0, 0]);
    let ran = with_input("decode --offline --protocol generic", &[learnt, asked].concat());
    assert!(!ran.stdout.contains('\u{1b}'), "{ran:?}");
}

#[test]
fn answers_of_real_kernels_decode_whole() {
    let Some(captures) = nlkit_tests::skip::folder("NLKIT_CAPTURES") else { return };
    let mut messages = 0;
    for kernel in ["6.1", "6.12", "7.2", "host"] {
        let file = captures.join(kernel).join("getfamily.bin");
        let records =
            nlkit(&format!("decode --offline -o jsonl {}", file.display())).ok().records();
        let (done, families) = records.split_last().unwrap();
        assert_eq!(done["kind"], "done", "{kernel}");
        assert!(families.iter().all(|it| it["message"]["family-name"].is_string()), "{kernel}");
        messages += records.len();
        let file = captures.join(kernel).join("policy-ethtool.bin");
        let records =
            nlkit(&format!("decode --offline -o jsonl {}", file.display())).ok().records();
        assert!(
            records.iter().all(|it| it["kind"] == "done" || it["operation"] == "getpolicy"),
            "{kernel}"
        );
    }
    assert!(messages > 100);
}

#[test]
fn a_spec_that_is_wrong_is_told_and_its_messages_are_bytes() {
    let spec = data("wrong.yaml");
    let ran = nlkit(&format!(
        "decode --offline --id 20=wrong --spec {} -o jsonl {REQUEST}",
        spec.display()
    ));
    assert_eq!(ran.records()[0]["bytes"], "0800010001000000");
    assert!(ran.stderr.contains("wrong.yaml:"), "{ran:?}");
}
