#!/bin/sh
# What nlkit-specs costs who depends on it: time to build, and lines of generated code.
#
#     benches/build.sh [ROUNDS]
#
# A crate outside of the workspace depends on nlkit-specs by path. Each build is made ROUNDS times (3), and
# the round with the least wall time is told: times are worth something on an idle machine only, where
# that is not to be had the CPU time (of all processes together) says more than the wall time.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
rounds=${1:-3}
crate=$(mktemp -d)
trap 'rm -rf "$crate"' EXIT
mkdir "$crate/src"
export CARGO_TARGET_DIR="$crate/target"

# The crate with one feature of nlkit-specs and one dump of family $2, whose request is $3.
write_crate() {
    cat >"$crate/Cargo.toml" <<EOF
[package]
name = "scratch"
edition = "2024"
[dependencies]
nlkit-specs = { path = "$root/specs", features = ["$1"] }
EOF
    cat >"$crate/src/main.rs" <<EOF
use nlkit_specs::{$2, nlkit};
fn main() -> Result<(), nlkit::Error> {
    let mut conn = nlkit::Connection::open()?;
    for reply in conn.dump(&$2::$3::new())? {
        println!("{:?}", reply?);
    }
    Ok(())
}
EOF
    # The versions that the workspace is tested with, where they are known.
    cp "$root/Cargo.lock" "$crate/Cargo.lock" 2>/dev/null || true
}

build() {
    cargo build --quiet "$@" --manifest-path "$crate/Cargo.toml"
}

# Wall and CPU seconds of the best of the rounds of: prepare with $2, then build with profile $3.
measure() {
    best=""
    round=0
    while [ "$round" -lt "$rounds" ]; do
        $2
        # bash for its TIMEFORMAT: wall, user and system time of the build with all that it starts.
        took=$(bash -c 'TIMEFORMAT="%R %U %S"; time "$@" 2>&3' - cargo build --quiet --profile "$3" \
            --manifest-path "$crate/Cargo.toml" 3>&2 2>&1)
        best=$(printf '%s\n%s\n' "$took" "$best" | grep . | sort -n | head -n 1)
        round=$((round + 1))
    done
    echo "$best" | awk -v what="$1" '{ printf "%-48s %6.2f s wall %7.2f s CPU\n", what, $1, $2 + $3 }'
}

clean() {
    rm -rf "$crate/target"
}

touch_main() {
    touch "$crate/src/main.rs"
}

echo "best of $rounds, $(nproc) CPUs, load $(cut -d ' ' -f 1 /proc/loadavg)"
write_crate wireguard wireguard GetDeviceDump
build --release # downloads what is not there
measure "wireguard, clean release build" clean release
build
measure "wireguard, main.rs touched, debug build" touch_main dev
write_crate all rt_link GetlinkDump
measure "all families, clean release build" clean release
build
measure "all families, main.rs touched, debug build" touch_main dev

unset CARGO_TARGET_DIR
cargo run --quiet --release --manifest-path "$root/Cargo.toml" -p nlkit-bench --bin lines -- \
    "$root/specs/families"
