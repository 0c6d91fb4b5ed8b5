//! Writes a test for every suite, so that a new suite needs a folder and nothing else.

#![allow(clippy::print_stdout, reason = "this is how a build script speaks to cargo")]

use std::fmt::Write;
use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=scenarios");
    let mut names = Vec::new();
    for entry in fs::read_dir("scenarios")? {
        let entry = entry?;
        if entry.path().join("suite.toml").is_file() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    let mut tests = String::new();
    for name in names {
        let test = name.replace('-', "_");
        let _ = write!(tests, "#[test]\nfn {test}() {{\n    super::run({name:?});\n}}\n");
    }
    let out = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?;
    fs::write(Path::new(&out).join("suites.rs"), tests)
}
