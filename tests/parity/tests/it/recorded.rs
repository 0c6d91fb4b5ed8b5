//! Every record of the real contracts, operation by operation, with no tolerance and no exceptions.

use std::collections::BTreeSet;

use levmine_parity::recorded::{Archive, run};
use levmine_parity::{ParityError, RECORDED, Recorded};

/// All archives, also those that no adapter replays yet.
const ARCHIVES: [&str; 9] = [
    "aave-v3",
    "alpha-homora-v2",
    "compound-v3",
    "curve-stableswap",
    "lido",
    "maker",
    "morpho-blue",
    "synthetix",
    "yearn",
];

fn recorded() -> impl Iterator<Item = &'static Recorded> {
    RECORDED.iter().copied().flatten()
}

/// Replays the records of a version and expects that everything is equal, and so much of it: files, operations,
/// refusals among them, integers.
fn replay(protocol: &str, version: &str, expected: [u64; 4]) {
    let recorded = recorded().find(|r| [r.protocol, r.version] == [protocol, version]).expect("a version");
    let report = run(recorded).unwrap_or_else(|error| panic!("{error}"));
    println!("{report}");
    assert!(report.mismatches.is_empty(), "{} files differ", report.mismatches.len());
    assert_eq!([report.files, report.operations, report.refusals, report.integers], expected);
    assert_eq!(report.refusals, report.reasons.values().sum::<u64>());
}

#[test]
fn aave_v3_0() {
    replay("aave-v3", "3.0", [5, 795, 158, 95_717]);
}

#[test]
fn aave_v3_3() {
    replay("aave-v3", "3.3", [4, 645, 124, 92_463]);
}

#[test]
fn aave_v3_4() {
    replay("aave-v3", "3.4", [3, 492, 109, 64_789]);
}

#[test]
fn aave_v3_5() {
    replay("aave-v3", "3.5", [7, 1_117, 207, 159_592]);
}

#[test]
fn aave_v3_7() {
    replay("aave-v3", "3.7", [5, 823, 171, 108_163]);
}

#[test]
fn alpha_homora_v2() {
    replay("alpha-homora-v2", "V2", [14, 2_189, 321, 266_626]);
}

#[test]
fn compound_v3() {
    replay("compound-v3", "Comet", [14, 2_707, 458, 206_131]);
}

#[test]
fn curve_3pool() {
    replay("curve-stableswap", "3pool", [3, 660, 112, 15_100]);
}

#[test]
fn curve_susd() {
    replay("curve-stableswap", "susd", [1, 220, 38, 6_149]);
}

#[test]
fn curve_steth() {
    replay("curve-stableswap", "steth", [2, 440, 80, 7_749]);
}

#[test]
fn curve_aave() {
    replay("curve-stableswap", "aave", [1, 220, 40, 5_168]);
}

#[test]
fn curve_template() {
    replay("curve-stableswap", "template", [1, 220, 28, 4_137]);
}

#[test]
fn curve_meta() {
    replay("curve-stableswap", "meta", [2, 440, 52, 15_725]);
}

#[test]
fn curve_ng() {
    replay("curve-stableswap", "ng-7.0.0", [7, 1_540, 233, 53_197]);
}

#[test]
fn curve_ng_meta() {
    replay("curve-stableswap", "ng-meta-7.0.0", [2, 440, 61, 17_201]);
}

#[test]
fn morpho_blue() {
    replay("morpho-blue", "1.0.0", [14, 3_360, 528, 134_613]);
}

#[test]
fn maker_1_0_2() {
    replay("maker", "1.0.2", [2, 598, 82, 162_272]);
}

#[test]
fn lido_v3() {
    replay("lido", "v3", [9, 1_802, 201, 140_181]);
}

#[test]
fn maker_1_2_8() {
    replay("maker", "1.2.8", [1, 294, 36, 96_800]);
}

#[test]
fn maker_2_0() {
    replay("maker", "2.0", [9, 2_501, 353, 441_575]);
}

#[test]
fn synthetix() {
    replay("synthetix", "2.102.0", [10, 1_702, 322, 130_342]);
}

#[test]
fn yearn_v2_0_4_3() {
    replay("yearn", "0.4.3", [2, 440, 57, 16_637]);
}

#[test]
fn yearn_v2_0_4_6() {
    replay("yearn", "0.4.6", [4, 881, 125, 37_808]);
}

#[test]
fn yearn_v3() {
    replay("yearn", "3.0.4", [4, 881, 114, 32_671]);
}

#[test]
fn yearn_tokenized() {
    replay("yearn", "tokenized-3.0.4", [2, 440, 67, 8_779]);
}

#[test]
fn every_version_has_a_test() {
    let source = include_str!("recorded.rs");
    for Recorded { protocol, version, .. } in recorded() {
        assert!(source.contains(&format!("replay(\"{protocol}\", \"{version}\"")), "{protocol} {version}");
    }
}

/// No file of an archive that is replayed is left out, and none is replayed twice.
#[test]
fn every_file_belongs_to_one_version() {
    for protocol in recorded().map(|recorded| recorded.protocol).collect::<BTreeSet<_>>() {
        let archive = Archive::read(protocol).unwrap_or_else(|error| panic!("{error}"));
        for (file, _) in archive.files() {
            let versions = recorded().filter(|r| r.protocol == protocol && r.selects(file)).count();
            assert_eq!(versions, 1, "{protocol} {file}");
        }
    }
}

#[test]
fn every_archive_holds_records() {
    let (mut files, mut operations) = (0, 0);
    for protocol in ARCHIVES {
        let archive = Archive::read(protocol).unwrap_or_else(|error| panic!("{error}"));
        for (_, file) in archive.files() {
            files += 1;
            operations += file["ops"].as_array().expect("operations").len();
        }
    }
    assert_eq!([files, operations], [128, 25_847]);
}

#[test]
fn a_missing_archive_is_an_error() {
    let error = Archive::read("nobody").expect_err("none");
    assert!(matches!(error, ParityError::Archive { .. }), "{error}");
    assert!(error.to_string().contains("nobody.json.zst"), "{error}");
}
