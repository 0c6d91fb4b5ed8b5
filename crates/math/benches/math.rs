//! What the exact arithmetic costs: `cargo bench -p levmine-math`.
//!
//! Each benchmark walks over a few operands, so that neither the compiler nor the branch predictor knows the answer.

use divan::{Bencher, black_box};
use levmine_math::{Ray, Rounding, U256, closed, mul_div, mul_div_narrow, ray_pow, sqrt_floor};
use rust_decimal::{Decimal, MathematicalOps};

fn main() {
    divan::main();
}

/// Pairwise different operands of about `bits` bits.
fn operands(bits: usize) -> [U256; 16] {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    std::array::from_fn(|_| {
        let limbs = std::array::from_fn(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        });
        (U256::from_limbs(limbs) | (U256::ONE << 255)) >> (256 - bits)
    })
}

/// Runs `operation` over all operands; the item counter turns the figure into operations per second.
fn over<T>(bencher: Bencher<'_, '_>, inputs: [T; 16], operation: impl Fn(&T)) {
    bencher.counter(divan::counter::ItemsCount::new(16_usize)).bench_local(|| {
        for input in black_box(&inputs) {
            operation(input);
        }
    });
}

fn triples(a: usize, b: usize, d: usize) -> [(U256, U256, U256); 16] {
    let (a, b, d) = (operands(a), operands(b + 1).map(|b| b >> 1), operands(d + 2).map(|d| d >> 2));
    std::array::from_fn(|i| (a[i], b[15 - i], d[(i * 7) % 16]))
}

const SHAPES: [(usize, usize, usize); 3] = [(60, 60, 50), (120, 110, 100), (250, 200, 230)];

#[divan::bench(args = SHAPES)]
fn mul_div_down(bencher: Bencher<'_, '_>, shape: (usize, usize, usize)) {
    over(bencher, triples(shape.0, shape.1, shape.2), |(a, b, d)| {
        let _ = black_box(mul_div(*a, *b, *d, Rounding::Down));
    });
}

#[divan::bench(args = [(60, 60, 50), (120, 110, 60), (120, 110, 100), (120, 110, 180)])]
fn mul_div_narrow_half_up(bencher: Bencher<'_, '_>, shape: (usize, usize, usize)) {
    over(bencher, triples(shape.0, shape.1, shape.2), |(a, b, d)| {
        let _ = black_box(mul_div_narrow(*a, *b, *d, Rounding::HalfUp));
    });
}

#[divan::bench(args = [60, 80, 120])]
fn ray_mul(bencher: Bencher<'_, '_>, bits: usize) {
    over(bencher, triples(bits, 91, 100), |(amount, index, _)| {
        let _ = black_box(Ray::from_raw(*index).mul_int(*amount, Rounding::HalfUp));
    });
}

#[divan::bench(args = [60, 80, 120])]
fn ray_div(bencher: Bencher<'_, '_>, bits: usize) {
    over(bencher, triples(bits, 91, 100), |(amount, index, _)| {
        let _ = black_box(Ray::from_raw(*index).div_int(*amount, Rounding::HalfUp));
    });
}

#[divan::bench(args = [60, 120, 180, 256])]
fn isqrt(bencher: Bencher<'_, '_>, bits: usize) {
    over(bencher, operands(bits), |x| {
        black_box(sqrt_floor(*x));
    });
}

#[divan::bench(args = [86_400, 31_536_000])]
fn ray_pow_per_second(bencher: Bencher<'_, '_>, seconds: u64) {
    let rate = Ray::new(1_000_000_001_547_125_957_863_212_448);
    bencher.bench_local(|| ray_pow(black_box(rate), black_box(seconds)));
}

fn decimals() -> [Decimal; 16] {
    operands(60).map(|x| Decimal::new(x.as_limbs()[0] as i64, 18))
}

#[divan::bench]
fn decimal_root(bencher: Bencher<'_, '_>) {
    over(bencher, decimals(), |x| {
        let _ = black_box(closed::sqrt(*x));
    });
}

/// What [`decimal_root`] replaces.
#[divan::bench]
fn decimal_root_of_the_library(bencher: Bencher<'_, '_>) {
    over(bencher, decimals(), |x| {
        black_box(x.sqrt());
    });
}
