//! What can be handed to other threads and kept there. That this compiles is the test.

use nlkit::nlctrl::{Change, FamilyInfo, GetFamily, NOTIFY};
use nlkit::{AsyncTransport, Error, Generic, Modifiers, asynchronous};

fn goes_anywhere<V: Send + Sync + 'static>() {}

fn goes_to_another_thread<V: Send>(_: V) {}

fn goes_there_for_good<V: Send + 'static>(_: V) {}

fn of_a_transport<T: AsyncTransport + Send + 'static>()
where
    T::Sleep: 'static,
{
    goes_to_another_thread(|conn: asynchronous::Connection<Generic, T>| {
        let (request, none) = (GetFamily::default(), Modifiers::default());
        goes_there_for_good(conn.request(&request));
        goes_there_for_good(conn.request_with(&request, none));
        goes_there_for_good(conn.request_all(&request));
        goes_there_for_good(conn.request_echo::<_, Change>(&request, none));
        goes_there_for_good(conn.dump(&request));
        goes_there_for_good(conn.dump_as::<FamilyInfo, _>(&request));
        goes_there_for_good(conn.batch().send());
        goes_to_another_thread(conn.request_as::<FamilyInfo, _, _>(&request, |_| ()));
        goes_to_another_thread(conn.dump_consistent(&request, 1));
        goes_to_another_thread(conn.families());
        goes_to_another_thread(conn.join(NOTIFY));
        goes_to_another_thread(conn.leave(NOTIFY));
        goes_to_another_thread(conn.subscribe(NOTIFY));
        goes_to_another_thread(conn.watch(&request, &[NOTIFY]));
        goes_to_another_thread(conn.notification());
        goes_to_another_thread(conn.wait_for_family::<nlkit::nlctrl::NlCtrl>());
        goes_to_another_thread(conn.wait_for_family_to_go::<nlkit::nlctrl::NlCtrl>());
    });
}

#[test]
fn connections_and_what_they_give_go_to_other_threads() {
    of_a_transport::<nlkit::tokio::Socket>();
    of_a_transport::<nlkit::smol::Socket>();
    of_a_transport::<nlkit::sim::Socket>();
    goes_anywhere::<nlkit::tokio::Connection>();
    goes_anywhere::<nlkit::smol::Connection>();
    goes_anywhere::<asynchronous::Replies<FamilyInfo, Generic, nlkit::tokio::Socket>>();
    goes_anywhere::<asynchronous::Subscription<Change, Generic, nlkit::tokio::Socket>>();
    goes_anywhere::<asynchronous::Watch<FamilyInfo, Change, Generic, nlkit::tokio::Socket>>();
    goes_anywhere::<asynchronous::Batch<Generic, nlkit::tokio::Socket>>();
    goes_anywhere::<nlkit::Connection>();
    goes_anywhere::<nlkit::Socket>();
    goes_anywhere::<nlkit::Namespace>();
    goes_anywhere::<nlkit::Policies>();
    goes_anywhere::<nlkit::Outcomes>();
    goes_anywhere::<nlkit::Ticket<GetFamily>>();
    goes_anywhere::<nlkit::sim::Kernel>();
    goes_anywhere::<Error>();
}
