use clap::{Args, ValueEnum};
use levmine::Registry;
use levmine::books::{Books, Method, Rules, ShareRule};
use levmine::report::{
    BooksView, balances_csv, beancount_text, books_text, hledger_text, ledger_csv, ledger_json, tax_csv,
    tax_json,
};

use crate::options::JobArguments;
use crate::output::Failure;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    job: JobArguments,
    /// What to write
    #[arg(long, value_enum, default_value_t = Form::Text)]
    format: Form,
    /// Which lots a disposal takes
    #[arg(long, value_enum, default_value_t = Lots::Fifo)]
    method: Lots,
    /// What it is to put coins into pools and vaults against shares, and to take them out
    #[arg(long, visible_alias = "lp", value_enum, default_value_t = Shares::Disposal)]
    shares: Shares,
    /// Write to this file, which must not exist, instead of to the terminal
    #[arg(long, value_name = "FILE")]
    out: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// The sums, for people
    Text,
    /// The ledger as comma-separated values
    Csv,
    /// The ledger as JSON
    Json,
    /// Income, expenses, disposals, lots and sums as comma-separated values
    TaxCsv,
    /// The same as JSON
    TaxJson,
    /// A journal for Beancount 3
    Beancount,
    /// A journal for hledger
    Hledger,
    /// What each account of the journals holds in the end, as comma-separated values
    Balances,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Lots {
    /// The oldest first
    Fifo,
    /// The newest first
    Lifo,
    /// Those that cost most for a unit first
    Hifo,
    /// A part of all of them, at their average cost
    Average,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Shares {
    /// A disposal at market value
    Disposal,
    /// A deposit: shares cost what the coins had cost
    Deposit,
}

pub(crate) fn books(registry: &Registry, arguments: &Arguments) -> Result<String, Failure> {
    let rules = Rules {
        method: match arguments.method {
            Lots::Fifo => Method::Fifo,
            Lots::Lifo => Method::Lifo,
            Lots::Hifo => Method::Hifo,
            Lots::Average => Method::Average,
        },
        shares: match arguments.shares {
            Shares::Disposal => ShareRule::Disposal,
            Shares::Deposit => ShareRule::Deposit,
        },
    };
    let job = arguments.job.load(registry)?;
    let ran = job.run_for_books()?;
    let books = Books::keep(&ran.world, &ran.outcome, rules)?;
    let view = BooksView { strategy: &job.strategy.name, scenario: &job.scenario.name, books: &books };
    let text = match arguments.format {
        Form::Text => books_text(&view),
        Form::Csv => ledger_csv(&view),
        Form::Json => format!("{:#}\n", ledger_json(&view)),
        Form::TaxCsv => tax_csv(&view),
        Form::TaxJson => format!("{:#}\n", tax_json(&view)),
        Form::Beancount => beancount_text(&view),
        Form::Hledger => hledger_text(&view),
        Form::Balances => balances_csv(&view),
    };
    match &arguments.out {
        None => Ok(text),
        Some(path) => {
            crate::output::write_new(path, &text)?;
            Ok(format!("wrote {path}\n"))
        }
    }
}
