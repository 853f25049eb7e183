//! What other netlink libraries got wrong when they were tried, and which test keeps us from it.

/// The defect, and the test's name.
const DEFECTS: &[(&str, &str)] = &[
    // The kernel's own tools in Python (pyynl of Linux 7.3).
    (
        "one name that is not ASCII loses a whole dump",
        "a_name_that_is_no_utf8_does_not_lose_the_dump",
    ),
    (
        "an unknown notification kills the listener",
        "an_unknown_notification_is_handed_over_as_it_came",
    ),
    ("nla_len 0 loops for ever", "a_malformed_entry_is_an_error_in_its_place_and_the_others_come"),
    (
        "nla_len beyond the message is read over",
        "a_bad_attribute_header_is_named_by_the_nest_around_it",
    ),
    ("two bytes behind the last attribute crash it", "nothing_is_half_filled"),
    ("nlmsg_len 0 loops for ever", "nlmsg_len_0_is_an_error"),
    ("a foreign sequence number crashes it", "what_is_not_the_answer_is_passed_over"),
    ("NLMSG_NOOP crashes it", "noops_and_foreign_messages_are_no_entries"),
    ("NLMSG_OVERRUN crashes it", "an_overrun_message_does_not_end_a_request_or_a_dump"),
    (
        "an unknown operation in a dump makes it empty",
        "another_operation_in_a_dump_is_an_error_in_its_place",
    ),
    ("NLM_F_DUMP_INTR is ignored", "an_interrupted_dump_gives_all_entries_and_then_says_so"),
    ("the socket is unusable after an error", "a_connection_is_usable_after_every_error"),
    ("an indexed array begins with 0 where the kernel skips it", "an_indexed_array_counts_from_1"),
    ("the last byte of a string without NUL is lost", "a_string_without_nul_keeps_its_last_byte"),
    // The kernel's library in C (libynl of Linux 7.3).
    (
        "a malformed entry in a batch is lost, with success",
        "a_malformed_entry_is_an_error_in_its_place_and_the_others_come",
    ),
    ("sequence numbers are not looked at", "no_reply_has_a_foreign_sequence_number"),
    ("port ids are not looked at", "no_reply_has_a_foreign_port"),
    (
        "the rest of an interrupted dump is the result of the next",
        "a_reader_that_stops_early_leaves_nothing_to_the_next",
    ),
    ("NLMSG_OVERRUN is skipped in silence", "an_overrun_during_a_request_is_told_later"),
    ("nla_len 0 ends an object in silence", "nothing_is_half_filled"),
    ("a nest over 64 KiB wraps its length", "a_nest_over_64_kib_is_too_long"),
    ("an attribute of 70,000 bytes wraps its length", "an_attribute_of_70000_bytes_is_too_long"),
    ("padding holds what was in memory", "padding_is_zero_whatever_was_in_the_buffer"),
    ("error paths have no indices", "an_offset_becomes_a_path_with_indices"),
    // Rust crates and others.
    ("a uint of 8 bytes is cut to 4", "a_uint_of_eight_bytes_keeps_its_upper_half"),
    ("a sint of 4 bytes loses its sign", "a_sint_of_four_bytes_keeps_its_sign"),
    (
        "a dump without NLM_F_MULTI ends with its first message",
        "five_entries_without_multi_flags_come_in_three_datagrams",
    ),
    (
        "what a dropped dump leaves fails the next requests",
        "a_dump_dropped_half_way_disturbs_neither_request_nor_dump",
    ),
    (
        "a dump after a dropped one is refused with EBUSY",
        "the_old_dump_is_read_to_its_end_before_the_next_is_asked_for",
    ),
    (
        "a notification longer than the buffer panics",
        "a_notification_longer_than_the_buffer_is_an_error_and_the_next_one_comes",
    ),
    ("truncation goes unnoticed", "a_datagram_longer_than_the_buffer_makes_a_dump_incomplete"),
    (
        "a small first receive makes the kernel leave entries out",
        "the_first_receive_is_large_already",
    ),
    (
        "an error in NLMSG_DONE is a success without entries",
        "done_with_an_error_comes_behind_the_entries",
    ),
    ("ENOBUFS ends the listener, or is swallowed", "an_overrun_is_an_item_and_the_next_one_comes"),
    (
        "one attribute of unexpected length makes a dump unreadable",
        "a_malformed_entry_is_an_error_in_its_place_and_the_others_come",
    ),
    (
        "an ACK that ends a multipart reply is waited past",
        "an_ack_ends_a_multipart_reply_without_done",
    ),
    (
        "an old ACK is taken for that of the next request",
        "the_barrier_of_a_failed_request_does_not_end_the_next",
    ),
    ("a call hangs where its answer was lost", "a_reply_that_never_comes_does_not_hang"),
    ("multicast is taken for an answer", "multicast_is_never_an_answer"),
    ("the kernel's words are dropped", "a_policy_is_told_in_words"),
];

/// Where those tests are.
const SOURCES: &[&str] = &[
    include_str!("datagrams.rs"),
    include_str!("dumps.rs"),
    include_str!("faults.rs"),
    include_str!("feed.rs"),
    include_str!("kernel_errors.rs"),
    include_str!("notifications.rs"),
    include_str!("requests.rs"),
    include_str!("../codec/decoding.rs"),
    include_str!("../codec/encoding.rs"),
];

#[test]
fn each_known_defect_has_its_test() {
    for (defect, test) in DEFECTS {
        let declared = format!("#[test]\nfn {test}() {{");
        let found = SOURCES.iter().any(|source| source.contains(&declared));
        assert!(found, "{defect}: there is no test {test}");
    }
}
