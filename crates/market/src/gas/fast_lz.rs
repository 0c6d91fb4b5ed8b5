//! How long a text is after compression by FastLZ, which the OP Stack measures transactions with.
//!
//! Level 1 of FastLZ in the variant of the chain's specification: three bytes are looked up in a table of 8,192 places at
//! most 8,191 bytes back; what is not found is written in runs of at most 32 bytes with a byte before each, what is found
//! as a reference of two bytes, or three from nine bytes on, and again for every 262.

const PLACES: usize = 8_192;
const FARTHEST: usize = 8_192;
const LONGEST_MATCH: usize = 262;
/// No reference begins in the last bytes of a text.
const END: usize = 13;

/// Returns the size of `text` after compression, in bytes.
#[must_use]
pub fn fast_lz_size(text: &[u8]) -> u64 {
    let limit = text.len().saturating_sub(END);
    let mut table = vec![0_usize; PLACES];
    let (mut at, mut written, mut size) = (2, 0, 0);
    while at < limit {
        let (mut found, mut reference) = (false, 0);
        // Every place that is passed is remembered, the one at the limit too.
        loop {
            let three = triple(text, at);
            reference = table.get(place(three)).copied().unwrap_or(reference);
            remember(&mut table, three, at);
            if at >= limit {
                break;
            }
            if at - reference < FARTHEST && three == triple(text, reference) {
                found = true;
                break;
            }
            at += 1;
        }
        // A reference that would begin in the last place is not made.
        if !found || at + 1 >= limit {
            break;
        }
        size += literals(at - written);
        let length = run(text, reference + 3, at + 3, limit + 9);
        size += reference_size(length);
        at += length;
        for _ in 0..2 {
            remember(&mut table, triple(text, at), at);
            at += 1;
        }
        written = at;
    }
    size + literals(text.len().saturating_sub(written))
}

/// Three bytes, the first one lowest.
fn triple(text: &[u8], at: usize) -> u32 {
    let byte = |i: usize| u32::from(text.get(at + i).copied().unwrap_or_default());
    byte(0) | byte(1) << 8 | byte(2) << 16
}

/// Multiplicative hashing by the golden ratio, 13 bits.
fn place(three: u32) -> usize {
    ((three.wrapping_mul(2_654_435_769) >> 19) & 0x1fff) as usize
}

fn remember(table: &mut [usize], three: u32, at: usize) {
    if let Some(slot) = table.get_mut(place(three)) {
        *slot = at;
    }
}

/// How many bytes from `at` equal those from `before`, the first that differs included, up to `end`.
fn run(text: &[u8], before: usize, at: usize, end: usize) -> usize {
    let mut length = 0;
    while at + length < end {
        length += 1;
        if text.get(before + length - 1) != text.get(at + length - 1) {
            break;
        }
    }
    length
}

fn literals(count: usize) -> u64 {
    let (full, rest) = (count / 32, count % 32);
    (full * 33 + if rest == 0 { 0 } else { rest + 1 }) as u64
}

fn reference_size(length: usize) -> u64 {
    let length = length.saturating_sub(1);
    let last = if length % LONGEST_MATCH >= 6 { 3 } else { 2 };
    (length / LONGEST_MATCH * 3 + last) as u64
}
