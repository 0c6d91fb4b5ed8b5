//! How long it takes to read a history.

use std::fmt::Write as _;
use std::hint::black_box;

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use levmine_market::Timestamp;
use levmine_source::{Policy, Reading, Samples as _, Shape, parse_history};

const ROWS: usize = 525_600;

fn main() {
    divan::main();
}

fn reading() -> Reading {
    Reading { policy: Policy::KEEP_ALL, ..Reading::default() }
}

/// A price that moves without a pattern, in hundredths.
fn price(row: usize) -> usize {
    200_000 + row.wrapping_mul(2_654_435_761) / 65_536 % 997
}

/// A year of minutes as Binance writes it: twelve columns, milliseconds, no header.
fn klines() -> String {
    let mut text = String::new();
    for row in 0..ROWS {
        let time = 1_609_459_200_000 + row * 60_000;
        let (open, close) = (price(row), price(row + 1));
        let (high, low) = (open.max(close) + 50, open.min(close) - 50);
        let [open, high, low, close] =
            [open, high, low, close].map(|p| format!("{}.{:02}000000", p / 100, p % 100));
        let end = time + 59_999;
        let _ = writeln!(
            text,
            "{time},{open},{high},{low},{close},120.41370000,{end},249116.81030000,812,60.20000000,124552.4,0"
        );
    }
    text
}

/// A year of minutes with one price each.
fn prices() -> String {
    let mut text = String::from("ts,price_usd\n");
    for row in 0..ROWS {
        let _ = writeln!(text, "{},{}.{:02}", 1_609_459_200 + row * 60, price(row) / 100, price(row) % 100);
    }
    text
}

fn recorded() -> Option<Vec<u8>> {
    let data = std::env::var("LEVMINE_DATA")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data").into());
    std::fs::read(format!("{data}/prices/ethusdt_1h_binance_2021_2023.csv")).ok()
}

fn parse(bencher: Bencher<'_, '_>, bytes: &[u8]) {
    let rows = bytes.iter().filter(|byte| **byte == b'\n').count();
    bencher
        .counter(BytesCount::new(bytes.len()))
        .counter(ItemsCount::new(rows))
        .bench(|| parse_history("eth.csv", black_box(bytes), &Shape::default(), &reading()));
}

#[divan::bench]
fn recorded_hours(bencher: Bencher<'_, '_>) {
    // Without the recorded file there is nothing to measure.
    if let Some(bytes) = recorded() {
        parse(bencher, &bytes);
    }
}

#[divan::bench(sample_count = 20)]
fn year_of_minutes_klines(bencher: Bencher<'_, '_>) {
    parse(bencher, klines().as_bytes());
}

#[divan::bench(sample_count = 20)]
fn year_of_minutes_prices(bencher: Bencher<'_, '_>) {
    parse(bencher, prices().as_bytes());
}

#[divan::bench(sample_count = 20)]
fn step_through_a_year(bencher: Bencher<'_, '_>) {
    let text = klines();
    let Ok(history) = parse_history("eth.csv", text.as_bytes(), &Shape::default(), &reading()) else {
        return;
    };
    bencher.counter(ItemsCount::new(ROWS)).bench(|| {
        let mut cursor = history.cursor();
        for step in 0..ROWS as u64 {
            black_box(cursor.advance(Timestamp(1_609_459_200 + 60 * step)));
        }
    });
}
