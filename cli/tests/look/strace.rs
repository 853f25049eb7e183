use serde_json::{Value, json};

use crate::run::{data, nlkit, with_input};

fn records(name: &str) -> Vec<Value> {
    let ran = nlkit(&format!("decode --offline --id 20=netdev -o jsonl {}", data(name).display()));
    ran.ok().records()
}

/// What does not change from one run of the traced program to the next.
fn lasting(records: &[Value]) -> Vec<Value> {
    let mut all = records.to_vec();
    for record in &mut all {
        record["header"]["port"] = json!(0);
    }
    all
}

#[test]
fn dumps_below_the_calls_have_all_bytes() {
    // A family by its name, an id out of range, an attribute missing, an answer.
    let records = records("netdev-bytes.strace");
    let kinds: Vec<&Value> = records.iter().map(|record| &record["kind"]).collect();
    assert_eq!(
        kinds,
        ["request", "reply", "request", "error", "request", "error", "request", "reply"]
    );
    assert_eq!(records[1]["message"]["family-name"], "netdev");
    assert_eq!(
        records[3]["end"],
        json!({
            "errno": "ERANGE", "number": 34, "msg": "integer out of range", "attribute": ".ifindex", "offset": 20,
            "policy": "u32, 1 to 4294967295",
        })
    );
    assert_eq!(records[5]["end"]["missing"], ".ifindex");
    assert_eq!(records[7]["message"]["ifindex"], 1);
}

#[test]
fn generic_netlink_needs_no_dumps_where_texts_are_whole() {
    assert_eq!(lasting(&records("netdev.strace")), lasting(&records("netdev-bytes.strace")));
}

#[test]
fn buffers_in_several_parts_are_one_and_what_is_peeked_at_comes_once() {
    let records = records("link-bytes.strace");
    assert_eq!(records.len(), 2, "{records:#?}");
    assert_eq!(records[0]["operation"], "getlink");
    assert_eq!(records[0]["time"].as_str().map(str::len), Some("16:23:03.926138".len()));
    assert_eq!(records[1]["kind"], "reply");
    assert_eq!(records[1]["message"]["ifname"], "lo");
}

#[test]
fn messages_without_bytes_are_told_in_straces_words_with_what_helps() {
    let ran = nlkit(&format!("decode --offline -o jsonl {}", data("link.strace").display()));
    ran.fails(7, "1 message without bytes\n  help: strace shows no bytes");
    let records = ran.records();
    assert_eq!(records[0]["operation"], "getlink");
    assert_eq!(records[1]["kind"], "without-bytes");
    assert_eq!(records[1]["protocol"], "route");
    assert_eq!(records[1]["header"]["nlmsg_type"], "RTM_NEWLINK");
    assert!(records[1]["strace"].as_str().unwrap().starts_with("{ifi_family=AF_UNSPEC"));
}

/// What the decoder makes of lines of strace's.
fn of(lines: &str) -> Vec<Value> {
    with_input("decode --offline --id 20=netdev -o jsonl", lines.as_bytes()).ok().records()
}

/// A request for `dev-get`, as strace writes a buffer that it does not know, and with -x and -xx.
const TEXTS: [&str; 3] = [
    r"\34\0\0\0\24\0\5\0\7\0\0\0\0\0\0\0\1\1\0\0\10\0\1\0\1\0\0\0",
    r"\x1c\x00\x00\x00\x14\x00\x05\x00\x07\x00\x00\x00\x00\x00\x00\x00\x01\x01\x00\x00\x08\x00\x01\x00\x01\x00\x00\x00",
    r"\x1c\0\0\0\x14\0\5\0\7\0\0\0\0\0\0\0\1\1\0\0\x08\0\1\0\1\0\0\0",
];

#[test]
fn buffers_as_text_are_read_with_any_escapes_in_all_calls() {
    for text in TEXTS {
        for line in [
            format!(r#"sendto(3, "{text}", 28, 0, NULL, 0) = 28"#),
            format!(r#"write(3<NETLINK:[GENERIC:77]>, "{text}", 28) = 28"#),
            format!(
                r#"[pid   123] 12:00:01.5 sendmsg(3, {{msg_name=NULL, msg_namelen=0, msg_iov=[{{iov_base="{text}", iov_len=28}}], msg_iovlen=1, msg_controllen=0, msg_flags=0}}, 0) = 28"#
            ),
            format!(r#"123 writev(3, [{{iov_base="{text}", iov_len=28}}], 1) = 28 <0.000012>"#),
            format!(
                r#"sendmmsg(3, [{{msg_hdr={{msg_name=NULL, msg_namelen=0, msg_iov=[{{iov_base="{text}", iov_len=28}}], msg_iovlen=1, msg_controllen=0, msg_flags=0}}, msg_len=28}}], 1, 0) = 1"#
            ),
        ] {
            let records = of(&line);
            assert_eq!(records.len(), 1, "{line}");
            assert_eq!(records[0]["operation"], "dev-get", "{line}: {records:?}");
            assert_eq!(records[0]["message"], json!({ "ifindex": 1 }), "{line}");
            assert_eq!(records[0]["to-kernel"], true);
        }
    }
}

#[test]
fn shifts_do_not_hide_a_call() {
    let told = "sendto(3, [{nlmsg_len=20, nlmsg_type=NFNL_SUBSYS_NFTABLES<<8|NFT_MSG_GETGEN, \
                nlmsg_flags=NLM_F_REQUEST, nlmsg_seq=0, nlmsg_pid=0}, {nfgen_family=AF_UNSPEC, \
                version=NFNETLINK_V0, res_id=htons(0)}], 20, 0, NULL, 12) = 20\n";
    let ran = with_input("decode --offline -o jsonl", told.as_bytes());
    ran.fails(7, "1 message without bytes");
    let record = &ran.records()[0];
    assert_eq!(record["header"]["nlmsg_type"], "NFNL_SUBSYS_NFTABLES<<8|NFT_MSG_GETGEN");
    // With its bytes it is decoded.
    let dumped = format!(
        "{told} | 00000  14 00 00 00 01 0a 01 00  00 00 00 00 00 00 00 00  ................ |\n \
                 | 00010  00 00 00 00                                       .... |\n"
    );
    let line = "socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER) = 3\n";
    assert_eq!(of(&format!("{line}{dumped}")).len(), 1);
    let states = "sendto(3, [{nlmsg_len=20, nlmsg_type=SOCK_DIAG_BY_FAMILY, nlmsg_flags=0, nlmsg_seq=1, \
                  nlmsg_pid=0}, {idiag_states=1<<TCP_ESTABLISHED|1<<TCP_LISTEN}], 20, 0, NULL, 0) = 20";
    let ran = with_input("decode --offline -o jsonl", states.as_bytes());
    assert_eq!(ran.records().len(), 1, "{ran:?}");
}

#[test]
fn calls_of_netlink_sockets_that_cannot_be_read_are_told() {
    for line in [
        "sendto(3<NETLINK:[ROUTE:7]>, [{nlmsg_len=20, nlmsg_type=RTM_GETLI",
        "socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE) = 3\nrecvmsg(3, {msg_name={",
        "sendto(3, [{nlmsg_len=20, nlm",
        "[pid 7] <... recvmsg resumed>{msg_iov=[{iov_base=[{nlmsg_len=20}]}]}, 0) = 20",
        "socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE) = 3\nrecvmsg(3, 0x7ffc, 0) = 20",
    ] {
        let ran = with_input("decode --offline --from strace -o jsonl", line.as_bytes());
        assert_eq!((ran.code, ran.stderr.as_str()), (7, ""), "{line}: {ran:?}");
        let records = ran.records();
        assert_eq!((records.len(), &records[0]["kind"]), (1, &json!("fault")), "{line}");
    }
}

#[test]
fn calls_that_strace_interrupts_are_put_together() {
    let text = TEXTS[0];
    let lines = format!(
        "[pid 7] socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC) = 3\n\
         [pid 7] sendto(3, \"{text}\", 28, 0 <unfinished ...>\n\
         [pid 8] recvmsg(4, <unfinished ...>\n\
         [pid 7] <... sendto resumed>, NULL, 0) = 28\n\
         +++ exited with 0 +++\n"
    );
    let records = of(&lines);
    assert_eq!(records.len(), 1);
    assert_eq!(records[0]["message"], json!({ "ifindex": 1 }));
    assert_eq!(records[0]["protocol"], "generic");
}

#[test]
fn other_descriptors_and_failed_calls_are_passed_over() {
    let text = TEXTS[0];
    let lines = format!(
        "socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 5\n\
         write(5, \"hello\", 5) = 5\n\
         recvfrom(3, 0x7f, 10, 0, NULL, NULL) = -1 EAGAIN (Resource temporarily unavailable)\n\
         recvfrom(3, \"{text}\", 28, MSG_PEEK, NULL, NULL) = 28\n"
    );
    let ran = with_input("decode --offline -o jsonl", lines.as_bytes());
    ran.fails(7, "no netlink messages found");
    assert_eq!(ran.stdout, "");
}

#[test]
fn a_full_receive_buffer_and_a_text_cut_short_are_told() {
    let lines = "socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE) = 3\n\
                 recvfrom(3, 0x7f, 10, 0, NULL, NULL) = -1 ENOBUFS (No buffer space available)\n\
                 recvfrom(3, \"\\34\\0\\0\\0\\24\\0\\5\\0\\7\\0\\0\\0\\0\\0\\0\\0\\1\\1\"..., 4096, 0, NULL, NULL) = 28\n";
    let ran = with_input("decode --offline -o jsonl", lines.as_bytes());
    assert_eq!(ran.code, 7);
    let records = ran.records();
    assert_eq!(records[0]["fault"], "messages were lost: the receive buffer was full (ENOBUFS)");
    assert_eq!(records[1]["malformed"], "cut: 18 of its 28 bytes were captured");
}

#[test]
fn ids_that_strace_has_by_name_need_one() {
    let line = r#"sendto(3, [{nlmsg_len=20, nlmsg_type=somefamily, nlmsg_flags=NLM_F_REQUEST|0x300, nlmsg_seq=1, nlmsg_pid=0}, "\x01\x00\x00\x00"], 20, 0, NULL, 0) = 20"#;
    let ran = with_input("decode --offline -o jsonl", line.as_bytes());
    ran.fails(7, "1 message without bytes");
    let ran = with_input("decode --offline --id 33=somefamily -o jsonl", line.as_bytes()).ok();
    assert_eq!(ran.records()[0]["family"], "somefamily");
    assert_eq!(ran.records()[0]["header"]["flags"], json!(["request", "dump"]));
}
