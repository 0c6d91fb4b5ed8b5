use std::cell::RefCell;

use levmine_config::{ConfigError, Fields};

use crate::{Account, BlockClock, Dump, Moment, Timestamp};

/// One operation of a replay and what came of it.
///
/// A replay file (`schema = "levmine.replay/1"`) lists operations as tables `{ t, block, op, by, ... }`; what follows
/// those four keys belongs to the operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The operation's place in the list, from 0.
    pub index: usize,
    /// When it was done.
    pub time: Timestamp,
    /// The operation's name, as read.
    pub op: String,
    /// Who did it, as read.
    pub by: Option<String>,
    /// What the operation returned, or the code and the message of the error; the state is then as it was.
    pub result: Result<Dump, (String, String)>,
    /// The state after it.
    pub state: Dump,
}

impl Step {
    /// The step as one table: `index`, `time`, `op`, `by` if there is one, `result` or `error` (`code`, `message`), and
    /// `state`.
    #[must_use]
    pub fn dump(&self) -> Dump {
        let mut entries = vec![
            ("index", Dump::text(self.index)),
            ("time", Dump::text(self.time.0)),
            ("op", Dump::text(&self.op)),
        ];
        if let Some(by) = &self.by {
            entries.push(("by", Dump::text(by)));
        }
        entries.push(match &self.result {
            Ok(result) => ("result", result.clone()),
            Err((code, message)) => {
                ("error", Dump::table([("code", Dump::text(code)), ("message", Dump::text(message))]))
            }
        });
        entries.push(("state", self.state.clone()));
        Dump::table(entries)
    }
}

/// The keys that every operation of a replay has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepHead {
    /// When it is done.
    pub moment: Moment,
    /// The operation's name.
    pub op: String,
    /// Who does it.
    pub by: Option<String>,
}

impl StepHead {
    /// Reads `t`, `block`, `op` and `by`.
    ///
    /// Without `t` no time passes. Without `block` the block number grows by the blocks that `clock` counts in the
    /// time that passes.
    ///
    /// # Errors
    ///
    /// A missing `op`, a value that cannot be read, or a time or block before the `previous` one.
    pub fn read(fields: &mut Fields<'_>, previous: Moment, clock: &BlockClock) -> Result<Self, ConfigError> {
        let time = match fields.optional("t") {
            None => previous.time,
            Some(node) => {
                let accepted = format!("Unix seconds, not before {}", previous.time.0);
                let time = Timestamp(node.parse(&accepted)?);
                if time < previous.time {
                    return Err(node.invalid(accepted));
                }
                time
            }
        };
        let block = match fields.optional("block") {
            None => {
                let passed = clock.at(time).block.saturating_sub(clock.at(previous.time).block);
                previous.block.saturating_add(passed)
            }
            Some(node) => {
                let accepted = format!("a block number, not before {}", previous.block);
                let block = node.parse(&accepted)?;
                if block < previous.block {
                    return Err(node.invalid(accepted));
                }
                block
            }
        };
        let op =
            fields.required("op", "the name of an operation, like \"swap_exact_in\"")?.text()?.to_string();
        let by = fields.optional("by").map(|node| node.text().map(ToString::to_string)).transpose()?;
        Ok(Self { moment: Moment { time, block }, op, by })
    }
}

/// Gives each name an account: counted ones, numbered from 0 in the order in which the names first appear.
#[derive(Debug, Default)]
pub struct NamedAccounts {
    names: RefCell<Vec<String>>,
}

impl NamedAccounts {
    /// Nobody yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The account of `name`: the one it got before, else the next one.
    pub fn account(&self, name: &str) -> Account {
        let mut names = self.names.borrow_mut();
        let at = names.iter().position(|known| known == name).unwrap_or_else(|| {
            names.push(name.into());
            names.len().saturating_sub(1)
        });
        Account::new(u32::try_from(at).unwrap_or(u32::MAX))
    }

    /// The name of `account`, if it was given one here.
    #[must_use]
    pub fn name(&self, account: Account) -> Option<String> {
        let names = self.names.borrow();
        names
            .iter()
            .zip(0..)
            .find(|(_, number)| Account::new(*number) == account)
            .map(|(name, _)| name.clone())
    }
}

impl NamedAccounts {
    /// The dump with the accounts that were given a name called by it, wherever they stand.
    #[must_use]
    pub fn name_in(&self, dump: Dump) -> Dump {
        match dump {
            Dump::Text(text) => Dump::Text(self.rename(text)),
            Dump::List(items) => Dump::List(items.into_iter().map(|item| self.name_in(item)).collect()),
            Dump::Table(entries) => {
                let entries = entries.into_iter().map(|(key, value)| (self.rename(key), self.name_in(value)));
                Dump::Table(entries.collect())
            }
            Dump::Boolean(value) => Dump::Boolean(value),
        }
    }

    fn rename(&self, text: String) -> String {
        let number = text.strip_prefix("account ").and_then(|number| number.parse().ok());
        number.and_then(|number| self.name(Account::new(number))).unwrap_or(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_numbered_in_order_of_appearance() {
        let accounts = NamedAccounts::new();
        assert_eq!(accounts.account("alice"), Account::new(0));
        assert_eq!(accounts.account("bob"), Account::new(1));
        assert_eq!(accounts.account("alice"), Account::new(0));
        assert_eq!(accounts.name(Account::new(1)).as_deref(), Some("bob"));
        assert_eq!(accounts.name(Account::new(2)), None);
    }

    #[test]
    fn dumps_call_accounts_by_their_names() {
        let accounts = NamedAccounts::new();
        accounts.account("alice");
        let dump = Dump::table([
            ("account 0", Dump::text("account 1")),
            ("users", Dump::List(vec![Dump::text("account 0"), Dump::Boolean(true)])),
        ]);
        let named = Dump::table([
            ("alice", Dump::text("account 1")),
            ("users", Dump::List(vec![Dump::text("alice"), Dump::Boolean(true)])),
        ]);
        assert_eq!(accounts.name_in(dump), named);
    }

    #[test]
    fn time_stands_still_or_goes_forward() {
        let clock = BlockClock::ETHEREUM;
        let previous = Moment { time: Timestamp(1_700_000_000), block: 18_000_000 };
        let read = |text: &str| {
            let node = levmine_config::parse_toml("ops.toml", text).expect("valid");
            let mut fields = node.fields().expect("a table");
            StepHead::read(&mut fields, previous, &clock)
        };
        let head = read("op = \"sync\"").expect("readable");
        assert_eq!((head.moment, head.by), (previous, None));
        let head = read("op = \"sync\"\nt = 1700000120\nby = \"alice\"").expect("readable");
        assert_eq!(head.moment, Moment { time: Timestamp(1_700_000_120), block: 18_000_010 });
        assert!(read("op = \"sync\"\nt = 1699999999").is_err());
        assert!(read("op = \"sync\"\nblock = 1").is_err());
        assert!(read("t = 1700000120").is_err());
    }
}
