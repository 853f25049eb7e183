//! Paired benchmarks: contenders take turns in one run, and what counts is the median over all rounds
//! of the ratio within a round, which a busy machine disturbs less than any time by itself.

pub mod hand;
pub mod namespace;
pub mod raw;

use std::hint::black_box;
use std::time::Duration;

use cpu_time::ProcessTime;

/// What a benchmark's part ends with where it could not be run.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// One way to do a job.
pub struct Contender<'j> {
    name: &'static str,
    job: Box<dyn FnMut() + 'j>,
}

impl<'j> Contender<'j> {
    /// A contender; its result is kept from being optimised away.
    pub fn new<R>(name: &'static str, mut job: impl FnMut() -> R + 'j) -> Self {
        let job = Box::new(move || {
            black_box(job());
        });
        Self { name, job }
    }
}

/// How much work a benchmark does.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// How often the contenders take turns.
    pub rounds: u32,
    /// How often each does its job in a turn.
    pub repeats: u32,
    /// How many messages, say, one job handles: times are given for one.
    pub units: u32,
}

/// Runs the contenders in turns and prints, for each, CPU time and allocations for one unit, and
/// the ratio to the first.
pub fn compare(title: &str, effort: Effort, mut contenders: Vec<Contender<'_>>) {
    let Effort { rounds, repeats, units } = effort;
    println!("\n{title}");
    let mut turns: Vec<Vec<Duration>> = vec![Vec::new(); contenders.len()];
    for round in 0..=rounds {
        for (turns, contender) in turns.iter_mut().zip(&mut contenders) {
            let start = ProcessTime::now();
            (0..repeats).for_each(|_| (contender.job)());
            // The first round warms up.
            if round > 0 {
                turns.push(start.elapsed());
            }
        }
    }
    let first = turns.first().cloned().unwrap_or_default();
    println!("  {:<34} {:>10} {:>7} {:>8} {:>10}", "", "CPU ns", "ratio", "allocs", "bytes");
    for (turns, contender) in turns.iter().zip(&mut contenders) {
        let ratios = turns.iter().zip(&first).map(|(turn, first)| turn.div_duration_f64(*first));
        let times = turns.iter().map(Duration::as_secs_f64);
        let allocated = allocation_counter::measure(|| (contender.job)());
        println!(
            "  {:<34} {:>10.1} {:>7.2} {:>8.2} {:>10.1}",
            contender.name,
            median(times) * 1e9 / (f64::from(repeats) * f64::from(units)),
            median(ratios),
            allocated.count_total as f64 / f64::from(units),
            allocated.bytes_total as f64 / f64::from(units),
        );
    }
}

/// The value in the middle.
pub fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
