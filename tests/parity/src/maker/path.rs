//! Leaves by their recorded names: `vat.urn.ETH-A.alice.ink`.

use levmine_market::Dump;

/// The keys of a leaf. The auctions of a vault type are one key where they are an account: `vat.dai.clip.ETH-A`.
pub(super) fn keys(leaf: &str) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    for part in leaf.split('.') {
        let inner = keys.len() > 1;
        match keys.last_mut() {
            Some(last) if inner && ["clip", "flip"].contains(&last.as_str()) => {
                *last = format!("{last}.{part}");
            }
            _ => keys.push(part.into()),
        }
    }
    keys
}

/// A text in a dump.
pub(super) fn find(dump: &Dump, path: &[String]) -> Option<String> {
    match path.iter().try_fold(dump, |dump, key| dump.get(key))? {
        Dump::Text(text) => Some(text.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::keys;

    #[test]
    fn auctions_are_one_key_where_they_are_an_account() {
        assert_eq!(keys("vat.gem.ETH-A.clip.ETH-A"), ["vat", "gem", "ETH-A", "clip.ETH-A"]);
        assert_eq!(keys("vat.can.alice.flip.ETH-A"), ["vat", "can", "alice", "flip.ETH-A"]);
        assert_eq!(keys("dai.flip.ETH-A"), ["dai", "flip.ETH-A"]);
        assert_eq!(keys("clip.ETH-A.sale.1.tab"), ["clip", "ETH-A", "sale", "1", "tab"]);
        assert_eq!(keys("flip.ETH-A.bid.1.bid"), ["flip", "ETH-A", "bid", "1", "bid"]);
    }
}
