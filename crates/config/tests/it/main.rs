//! Nodes, places and messages.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use levmine_config::{Value, nearest, parse_json, parse_text, parse_toml};

#[test]
fn the_nearest_name_is_near() {
    let names = ["swap", "supply", "withdraw"];
    assert_eq!(nearest("swop", names), Some("swap"));
    assert_eq!(nearest("SUPPLY", names), Some("supply"));
    assert_eq!(nearest("wihtdraw", names), Some("withdraw"));
    assert_eq!(nearest("elephant", names), None);
    assert_eq!(nearest("", names), None);
    // Working out the distance of a long text would take long; it is far from every name anyway.
    assert_eq!(nearest(&"swap".repeat(1_000_000), names), None);
}

#[test]
fn every_node_knows_its_line_and_path() {
    let text = "a = 1\n[b]\nc = [\n  \"x\",\n  { d = true },\n]\n[[e.f]]\ng = 1979-05-27\n";
    let root = parse_toml("f.toml", text).unwrap();
    let mut fields = root.fields().unwrap();
    let b = fields.required("b", "a table").unwrap();
    assert_eq!(b.place.to_string(), "f.toml:2: b");
    let c = b.fields().unwrap().required("c", "a list").unwrap().list().unwrap();
    assert_eq!(c[0].place.to_string(), "f.toml:4: b.c[0]");
    let d = c[1].fields().unwrap().required("d", "true").unwrap();
    assert_eq!((d.place.to_string(), d.boolean()), ("f.toml:5: b.c[1].d".into(), Ok(true)));
    let f = fields.required("e", "a table").unwrap().fields().unwrap().required("f", "a list").unwrap();
    let g = f.list().unwrap()[0].fields().unwrap().required("g", "a date").unwrap();
    assert_eq!((g.place.to_string(), g.text()), ("f.toml:8: e.f[0].g".into(), Ok("1979-05-27")));
}

#[test]
fn numbers_keep_their_digits() {
    const MOST: &str = "115792089237316195423570985008687907853269984665640564039457584007913129639935";
    let json = parse_json("f", &format!("{{\"a\": {MOST}}}")).unwrap();
    assert_eq!(json.fields().unwrap().required("a", "a number").unwrap().digits(), Ok(MOST));
    let toml = parse_toml("f", &format!("a = \"{MOST}\"\nb = 1_000.50\n")).unwrap();
    let mut fields = toml.fields().unwrap();
    assert_eq!(fields.required("a", "a number").unwrap().digits(), Ok(MOST));
    assert_eq!(fields.required("b", "a number").unwrap().digits(), Ok("1000.50"));
}

#[test]
fn fields_that_nobody_asked_for_are_told() {
    let root = parse_toml("f.toml", "good = 1\ngoud = 2\n").unwrap();
    let mut fields = root.fields().unwrap();
    fields.required("good", "a number").unwrap();
    let error = fields.finish().unwrap_err().to_string();
    assert_eq!(error, "f.toml:2: unknown key `goud` (did you mean `good`?); accepted: good");
    let mut fields = root.fields().unwrap();
    let error = fields.required("goods", "a number").unwrap_err().to_string();
    assert!(error.contains("`goods`?"), "{error}");
    let error = fields.required("elephant", "an animal").unwrap_err().to_string();
    assert_eq!(error, "f.toml:1: `elephant` is missing; accepted: an animal");
}

#[test]
fn json_is_read_by_its_first_sign_and_tells_its_paths() {
    let root = parse_text("f.json", "  {\"a\": [{\"b\": null, \"c\": -1.5e3}]}").unwrap();
    let a = root.fields().unwrap().required("a", "a list").unwrap();
    let b = a.list().unwrap()[0].fields().unwrap().required("b", "a text").unwrap();
    assert_eq!((b.place.to_string(), &b.value), ("f.json: a[0].b".into(), &Value::Text(String::new())));
    let c = a.list().unwrap()[0].fields().unwrap().required("c", "a number").unwrap();
    assert_eq!(c.decimal().unwrap().to_string(), "-1500");
}

#[test]
fn what_cannot_be_parsed_is_told_with_its_line() {
    for (text, line) in [
        ("{\"a\": 1,\n \"a\": 2}", "f:2: not valid: the key `a` stands here twice"),
        ("{\"a\": {\"b\": 1, \"b\": [1]}}", "f:1: not valid: the key `b` stands here twice"),
        ("{\"a\": 1,\n}", "f:2: not valid"),
        ("a = 1\na = 2\n", "f:2: not valid"),
        ("a = 1\nb = \n", "f:2: not valid"),
    ] {
        let error = parse_text("f", text).unwrap_err().to_string();
        assert!(error.starts_with(line), "{text}: {error}");
    }
}

#[test]
fn nesting_without_end_is_refused() {
    let deep = 100_000;
    let json = format!("{{\"a\": {}1{}}}", "[".repeat(deep), "]".repeat(deep));
    assert!(parse_text("f", &json).is_err());
    let list = format!("a = {}1{}", "[".repeat(deep), "]".repeat(deep));
    assert!(parse_text("f", &list).is_err());
    assert!(parse_text("f", &format!("{}b = 1", "a.".repeat(deep))).is_err());
    assert!(parse_text("f", &format!("[{}b]", "a.".repeat(deep))).is_err());
}

#[test]
fn long_values_are_shortened_in_messages() {
    let root = parse_toml("f.toml", &format!("a = \"{}\"\n", "é".repeat(10_000))).unwrap();
    let a = root.fields().unwrap().required("a", "a text").unwrap();
    for error in [a.invalid("less"), a.unknown_name(a.text().unwrap(), ["b"])] {
        assert!(error.to_string().chars().count() < 120, "{error}");
    }
    assert!(root.fields().unwrap().finish().unwrap_err().to_string().contains("unknown key `a`"));
}

#[test]
fn a_name_where_there_is_none_to_name_is_answered_so() {
    let root = parse_toml("f.toml", "at = \"pool\"\n").unwrap();
    let at = root.fields().unwrap().required("at", "a name").unwrap();
    let error = at.unknown_name("pool", []).to_string();
    assert_eq!(error, "f.toml:1: at: read \"pool\"; accepted: nothing: there is none");
}

#[test]
fn decimals_are_exact_or_refused() {
    for (text, read) in [
        ("1.5", Some("1.5")),
        ("\"0.1\"", Some("0.1")),
        ("1e3", Some("1000")),
        ("1e90", None),
        ("1e-90", None),
        ("1e4294967295", None),
        ("1e-4294967295", None),
        ("1e99999999999999999999", None),
        ("nan", None),
        ("inf", None),
        ("\"\"", None),
        ("\"1,5\"", None),
        ("\"0.00000000000000000000000000001\"", None),
        ("99999999999999999999999999999999999999999.0", None),
    ] {
        let root = parse_toml("f", &format!("a = {text}\n")).unwrap();
        let decimal = root.fields().unwrap().required("a", "a number").unwrap().decimal();
        assert_eq!(decimal.ok().map(|decimal| decimal.to_string()).as_deref(), read, "{text}");
    }
}
