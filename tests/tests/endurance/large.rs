//! Routes of 11 KiB and of 40 KiB under the running kernel; those of the lab are in `tests/tests/lab`.

use nlkit_tests::long_routes;

use super::alone;

#[test]
fn an_11_kib_route_is_in_every_dump_of_a_fresh_socket() {
    if alone().is_some() {
        long_routes::an_11_kib_route_is_in_every_dump_of_a_fresh_socket();
    }
}

#[test]
fn a_notification_of_a_long_route_is_whole() {
    if alone().is_some() {
        long_routes::a_notification_of_a_long_route_is_whole();
    }
}

#[test]
fn a_route_that_no_dump_has_room_for_is_an_error_of_the_dump() {
    if alone().is_some() {
        long_routes::a_route_that_no_dump_has_room_for_is_an_error_of_the_dump();
    }
}
