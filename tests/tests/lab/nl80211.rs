//! Wireless devices: two simulated radios, with `iw` as witness.

use std::collections::{BTreeMap, BTreeSet};

use nlkit::Connection;
use nlkit_specs::nl80211::{
    self, BandAttrs, Commands, FrequencyAttrs, GetInterfaceDump, GetInterfaceReply,
    GetInterfaceRequest, GetProtocolFeaturesRequest, GetWiphyDump, GetWiphyReply, GetWiphyRequest,
    Iftype, Notification, ProtocolFeatures, WiphyBands,
};
use nlkit_tests::lab::since;
use nlkit_tests::namespace::{ip, kernel_error};

use crate::run;

/// `NL80211_CMD_TRIGGER_SCAN` and `NL80211_CMD_NEW_SCAN_RESULTS`, which the spec does not have.
const SCAN_STARTED: u16 = 33;
const SCAN_DONE: u16 = 34;

/// A connection, in the lab only: other machines' radios are not for tests.
fn connect() -> Connection {
    assert!(since(6, 1));
    Connection::generic().unwrap()
}

/// What a split dump says of each wiphy, message by message.
fn split(conn: &mut Connection) -> BTreeMap<u32, Vec<GetWiphyReply>> {
    let mut wiphys: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for message in conn.dump(&GetWiphyDump::new().with_split_wiphy_dump(true)).unwrap() {
        let message = message.unwrap();
        wiphys.entry(message.wiphy.unwrap()).or_default().push(message);
    }
    wiphys
}

fn bands(bands: &WiphyBands) -> Vec<&BandAttrs> {
    let WiphyBands { _2ghz, _5ghz, _60ghz, _6ghz, s1ghz, lc, .. } = bands;
    [_2ghz, _5ghz, _60ghz, _6ghz, s1ghz, lc].into_iter().flatten().collect()
}

fn all_bands(messages: &[GetWiphyReply]) -> Vec<&BandAttrs> {
    messages.iter().filter_map(|message| message.wiphy_bands.as_ref()).flat_map(bands).collect()
}

/// The part of `iw list` that is about one wiphy.
fn iw_phy(wiphy: u32) -> String {
    run("iw", &format!("phy phy{wiphy} info"))
}

/// The lines of `iw` below a heading that are points of a list.
fn points<'a>(shown: &'a str, heading: &str) -> Vec<&'a str> {
    let below = shown.lines().skip_while(|line| line.trim() != heading).skip(1);
    below.map_while(|line| line.trim().strip_prefix("* ")).collect()
}

fn frequency(attrs: &FrequencyAttrs) -> String {
    let mhz = attrs.freq.unwrap();
    if attrs.disabled {
        return format!("{mhz} MHz (disabled)");
    }
    let power = f64::from(attrs.max_tx_power.unwrap()) / 100.0;
    let but = match (attrs.no_ir && attrs.no_ibss, attrs.radar) {
        (true, true) => " (no IR, radar detection)",
        (true, false) => " (no IR)",
        (false, true) => " (radar detection)",
        (false, false) => "",
    };
    format!("{mhz} MHz ({power:.1} dBm){but}")
}

/// As `iw` says it, without the channel's number, and without what is behind the MHz: not every `iw`
/// knows that.
fn frequency_of_iw(line: &str) -> Option<String> {
    let (mhz, rest) = line.trim().strip_prefix("* ")?.split_once(" MHz [")?;
    let (_, rest) = rest.split_once("] ")?;
    let (mhz, _) = mhz.split_once('.').unwrap_or((mhz, ""));
    Some(format!("{mhz} MHz {rest}"))
}

#[test]
#[ignore = "runs in the lab"]
fn a_split_dump_has_what_iw_lists() {
    let mut conn = connect();
    let features = conn.request(&GetProtocolFeaturesRequest::new()).unwrap();
    assert_eq!(features.protocol_features, Some(ProtocolFeatures::SPLIT_WIPHY_DUMP));
    let wiphys = split(&mut conn);
    assert_eq!(wiphys.len(), 2);
    for (wiphy, messages) in wiphys {
        assert!(messages.len() > 10, "{} messages", messages.len());
        let shown = iw_phy(wiphy);
        assert!(shown.starts_with(&format!("Wiphy {}", messages[0].wiphy_name.as_ref().unwrap())));

        let bands = all_bands(&messages);
        let frequencies = bands.iter().flat_map(|band| band.freqs.iter().flatten());
        let found: BTreeSet<String> = frequencies.map(frequency).collect();
        let expected: BTreeSet<String> = shown.lines().filter_map(frequency_of_iw).collect();
        assert!(found.len() > 30, "{found:?}");
        assert_eq!(found, expected);

        let rates = bands.iter().flat_map(|band| band.rates.iter().flatten());
        let mut found: Vec<String> = rates
            .map(|rate| {
                let mbps = f64::from(rate.rate.unwrap()) / 10.0;
                let short =
                    if rate._2ghz_shortpreamble { " (short preamble supported)" } else { "" };
                format!("{mbps:.1} Mbps{short}")
            })
            .collect();
        let mut expected: Vec<String> = shown
            .lines()
            .filter_map(|line| line.trim().strip_prefix("* "))
            .filter(|point| point.contains("Mbps"))
            .map(str::to_owned)
            .collect();
        found.sort();
        expected.sort();
        assert_eq!(found, expected);
    }
}

#[test]
#[ignore = "runs in the lab"]
fn what_a_wiphy_can_do_is_what_iw_says() {
    let mut conn = connect();
    for (wiphy, messages) in split(&mut conn) {
        let shown = iw_phy(wiphy);
        let commands: Vec<Commands> =
            messages.iter().filter_map(|it| it.supported_commands.clone()).flatten().collect();
        let expected = points(&shown, "Supported commands:");
        assert!(expected.len() > 30);
        let found: Vec<String> =
            commands.iter().map(|it| it.to_string().replace('-', "_")).collect();
        for (found, expected) in found.iter().zip(&expected) {
            // Commands that are newer than this `iw` have no name there, and some have two.
            let known = !expected.starts_with("Unknown command");
            let renamed = [
                ("new_beacon", "start_ap"),
                ("del_beacon", "stop_ap"),
                ("register_action", "register_frame"),
                ("action", "frame"),
                ("action_tx_status", "frame_tx_status"),
            ];
            let same = found == expected || renamed.contains(&(found, expected));
            assert!(!known || same, "{found}, but {expected} for iw");
        }
        assert_eq!(found.len(), expected.len());

        let types = messages.iter().find_map(|it| it.supported_iftypes.as_ref()).unwrap();
        let names = points(&shown, "Supported interface modes:");
        let pairs = [
            (types.adhoc, "IBSS"),
            (types.station, "managed"),
            (types.ap, "AP"),
            (types.ap_vlan, "AP/VLAN"),
            (types.wds, "WDS"),
            (types.monitor, "monitor"),
            (types.mesh_point, "mesh point"),
            (types.p2p_client, "P2P-client"),
            (types.p2p_go, "P2P-GO"),
            (types.p2p_device, "P2P-device"),
        ];
        for (can, name) in pairs {
            assert_eq!(can, names.contains(&name), "{name} in {names:?}");
        }
        let ssids = messages.iter().find_map(|it| it.max_num_scan_ssids).unwrap();
        assert!(shown.contains(&format!("max # scan SSIDs: {ssids}\n")));
        let ciphers: usize =
            messages.iter().filter_map(|it| it.cipher_suites.as_ref()).map(Vec::len).sum();
        assert_eq!(ciphers, points(&shown, "Supported Ciphers:").len());
    }
}

/// Without a dump, or in one that is not split, a wiphy has to fit into one message.
#[test]
#[ignore = "runs in the lab"]
fn one_message_has_less() {
    let mut conn = connect();
    let single = conn.request(&GetWiphyRequest::new().with_wiphy(0)).unwrap();
    let dump = conn.dump(&GetWiphyDump::new()).unwrap();
    let whole: Vec<_> = dump.map(Result::unwrap).collect();
    assert_eq!(whole.len(), 2);
    let of_dump = whole.iter().find(|message| message.wiphy == Some(0)).unwrap();
    for message in [&single, of_dump] {
        assert_eq!(message.wiphy_name.as_ref().unwrap(), &"phy0");
        assert_eq!(message.ext_features, None);
    }
    // The dump leaves out the bands too, where the first try did not fit.
    assert_eq!(bands(&single.wiphy_bands.unwrap())[0].freqs.as_ref().unwrap().len(), 14);
    let split = split(&mut conn);
    assert!(split[&0].iter().any(|message| message.ext_features.is_some()));
}

/// Interfaces as `iw dev` prints them, with what both sides tell of each.
fn iw_dev() -> Vec<BTreeMap<String, String>> {
    let (mut interfaces, mut phy) = (Vec::new(), String::new());
    for line in run("iw", "dev").lines() {
        if let Some(number) = line.trim().strip_prefix("phy#") {
            phy = number.to_owned();
        } else if let Some((key, value)) = line.trim().split_once(' ') {
            if key == "Interface" {
                interfaces.push(BTreeMap::from([("phy".to_owned(), phy.clone())]));
            }
            let last: &mut BTreeMap<_, _> = interfaces.last_mut().unwrap();
            last.insert(key.to_owned(), value.to_owned());
        }
    }
    interfaces
}

#[test]
#[ignore = "runs in the lab"]
fn interfaces_are_what_iw_shows() {
    let mut conn = connect();
    let dump = conn.dump(&GetInterfaceDump::new()).unwrap();
    let mut found: Vec<GetInterfaceReply> = dump.map(Result::unwrap).collect();
    let mut expected = iw_dev();
    assert_eq!((found.len(), expected.len()), (2, 2));
    found.sort_by_key(|it| it.ifindex);
    expected.sort_by_key(|it| it["ifindex"].clone());
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!(found.ifname.as_ref().unwrap().to_string(), expected["Interface"]);
        assert_eq!(found.ifindex.unwrap().to_string(), expected["ifindex"]);
        assert_eq!(format!("0x{:x}", found.wdev.unwrap()), expected["wdev"]);
        assert_eq!(found.wiphy.unwrap().to_string(), expected["phy"]);
        assert_eq!(found.mac.as_ref().unwrap().to_string(), expected["addr"]);
        assert_eq!((found.iftype, &*expected["type"]), (Some(Iftype::STATION), "managed"));
        let one = GetInterfaceRequest::new().with_ifindex(found.ifindex.unwrap());
        assert_eq!(conn.request(&one).unwrap().mac, found.mac);
    }
    let error = kernel_error(conn.request(&GetInterfaceRequest::new().with_ifindex(1)));
    assert_eq!(error.errno, 19, "lo is not wireless: {error}");
}

#[test]
#[ignore = "runs in the lab"]
fn interfaces_that_come_and_go_are_told() {
    let mut conn = connect();
    let mut told = conn.subscribe(nl80211::CONFIG).unwrap();
    run("iw", "phy phy0 interface add mon0 type monitor");
    run("iw", "dev mon0 del");
    let Notification::NewInterface(new) = told.next().unwrap().unwrap() else { panic!("new") };
    assert_eq!(new.ifname.unwrap(), "mon0");
    assert_eq!((new.wiphy, new.iftype), (Some(0), Some(Iftype::MONITOR)));
    let Notification::DelInterface(gone) = told.next().unwrap().unwrap() else { panic!("gone") };
    assert_eq!(gone.ifindex, new.ifindex);

    run("iw", "phy phy1 set name radio");
    let Notification::NewWiphy(named) = told.next().unwrap().unwrap() else { panic!("named") };
    assert_eq!(named.wiphy_name.unwrap(), "radio");
    run("iw", "phy radio set name phy1");
}

#[test]
#[ignore = "runs in the lab"]
fn a_scan_is_told() {
    let mut conn = connect();
    ip("link set wlan0 up");
    let told = conn.subscribe(nl80211::SCAN).unwrap();
    run("iw", "dev wlan0 scan trigger freq 2412");
    let mut cmds = told.map(|event| match event.unwrap() {
        Notification::Unknown(raw) => {
            let message: GetInterfaceReply = raw.message().decode().unwrap();
            assert_eq!(message.wiphy, Some(0));
            assert_eq!(message.ifindex, Some(nlkit_tests::namespace::index_of("wlan0")));
            raw.message().cmd()
        }
        other => panic!("{other:?}"),
    });
    assert_eq!([cmds.next(), cmds.next()], [Some(SCAN_STARTED), Some(SCAN_DONE)]);
    ip("link set wlan0 down");
}
