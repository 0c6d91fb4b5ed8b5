//! Trial balances as tools write them, brought to one form.

use std::collections::BTreeMap;

/// What each account holds of each commodity, where it is not nothing.
pub(crate) type Balances = BTreeMap<(String, String), String>;

/// Reads lines of account, commodity and amount below a heading.
///
/// # Errors
///
/// The first line that is none.
pub(crate) fn read(text: &str) -> Result<Balances, String> {
    let mut balances = Balances::new();
    for line in text.lines().skip(1).filter(|line| !line.trim().is_empty()) {
        let cells: Vec<&str> = line.split(',').map(|cell| cell.trim().trim_matches('"')).collect();
        let &[account, commodity, amount] = cells.as_slice() else { return Err(line.into()) };
        let amount = plain(amount).ok_or(line)?;
        if amount != "0" {
            balances.insert((account.into(), commodity.into()), amount);
        }
    }
    Ok(balances)
}

/// Digits that a tool's decimal arithmetic keeps, less one.
const DIGITS: usize = 27;

/// Whether two numbers are the same: exactly, or as far as sums of 28 digits can tell.
pub(crate) fn agree(ours: &str, theirs: &str) -> bool {
    if ours == theirs {
        return true;
    }
    let places = |number: &str| number.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let most = places(ours).max(places(theirs));
    let units = |number: &str| {
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        format!("{whole}{fraction:0<most$}").parse::<i128>().ok()
    };
    let (Some(a), Some(b)) = (units(ours), units(theirs)) else { return false };
    let digits = a.unsigned_abs().max(b.unsigned_abs()).to_string().len();
    // Three digits for what many additions have rounded.
    let Some(beyond) = digits.checked_sub(DIGITS).filter(|beyond| *beyond > 0) else { return false };
    let allowed = u32::try_from(beyond + 3).ok().and_then(|places| 10_u128.checked_pow(places));
    allowed.is_some_and(|allowed| a.abs_diff(b) <= allowed)
}

/// The number without exponent, leading and trailing zeros.
fn plain(number: &str) -> Option<String> {
    let (sign, number) = number.strip_prefix('-').map_or(("", number), |rest| ("-", rest));
    let (digits, exponent) = number.split_once(['E', 'e']).unwrap_or((number, "0"));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let exponent: i64 = exponent.parse().ok()?;
    let all: String = [whole, fraction].concat();
    if all.is_empty() || !all.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    // Where the point stands among the digits.
    let point = i64::try_from(whole.len()).ok()?.checked_add(exponent)?;
    let zeros = |count: i64| "0".repeat(usize::try_from(count.clamp(0, 100)).unwrap_or(0));
    let length = i64::try_from(all.len()).ok()?;
    let padded = format!("{}{all}{}", zeros(-point), zeros(point - length));
    let (whole, fraction) = padded.split_at_checked(usize::try_from(point.max(0)).ok()?)?;
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    let whole = if whole.is_empty() { "0" } else { whole };
    Some(match (whole, fraction) {
        ("0", "") => "0".into(),
        (whole, "") => format!("{sign}{whole}"),
        (whole, fraction) => format!("{sign}{whole}.{fraction}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_form() {
        for (read, expected) in [
            ("0E-18", "0"),
            ("-0.000", "0"),
            ("1E-18", "0.000000000000000001"),
            ("-12.50", "-12.5"),
            ("1.5E+3", "1500"),
            ("007", "7"),
            ("0.10", "0.1"),
            ("-1E-2", "-0.01"),
        ] {
            assert_eq!(plain(read).as_deref(), Some(expected), "{read}");
        }
        assert_eq!([plain(""), plain("x"), plain("1Ex"), plain("1,0")], [None, None, None, None]);
    }

    #[test]
    fn numbers_agree_as_far_as_a_tool_can_count() {
        assert!(agree("1.5", "1.5") && !agree("1.5", "1.500001") && !agree("-1", "1"));
        // 29 digits, of which the tool keeps 28.
        assert!(agree("47986.136198741974546206388888", "47986.13619874197454620638889"));
        assert!(!agree("47986.136198741974546206388888", "47986.136198741974546207"));
        assert!(!agree("0.000000000000000001", "0.000000000000000002"));
    }

    #[test]
    fn balances_are_read_as_each_tool_writes_them() {
        let ours = read("account,commodity,amount\nAssets:Wallet,USDC,1.5\nAssets:Wallet,X,0\n");
        let bean = read("account,currency,amount\nAssets:Wallet,USDC,   1.500  \nAssets:Wallet,X, 0E-18 \n");
        let hledger = read("\"account\",\"commodity\",\"balance\"\n\"Assets:Wallet\",\"USDC\",\"1.500\"\n");
        assert_eq!(ours.as_ref().map(BTreeMap::len), Ok(1));
        assert_eq!(ours, bean);
        assert_eq!(ours, hledger);
        assert_eq!(read("heading\nno balance\n"), Err("no balance".into()));
    }
}
