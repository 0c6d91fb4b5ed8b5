use clap::{Args, ValueEnum};
use levmine::books::{Books, Method, Rules, ShareRule};
use levmine::report::{
    BooksView, balances_csv, beancount_text, books_text, hledger_text, ledger_csv, ledger_json, tax_csv,
    tax_json,
};
use levmine::{Job, Loaded, PortfolioJob, Registry};

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
    /// The strategy of a portfolio whose books are kept, by its name
    #[arg(long, value_name = "NAME")]
    part: Option<String>,
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
    let kept = match arguments.job.load_any(registry)? {
        Loaded::Strategy(job) => of_strategy(&job, arguments.part.as_deref(), rules)?,
        Loaded::Portfolio(job) => of_part(&job, arguments.part.as_deref(), rules)?,
    };
    let view = BooksView { strategy: &kept.strategy, scenario: &kept.scenario, books: &kept.books };
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

/// Books with the names of what they are of.
struct Kept {
    strategy: String,
    scenario: String,
    books: Books,
}

fn of_strategy(job: &Job, part: Option<&str>, rules: Rules) -> Result<Kept, Failure> {
    if let Some(part) = part {
        let accepted = "accepted: no --part, which chooses a strategy of a portfolio";
        return Err(Failure::Input(format!("--part: read {part}; {accepted}")));
    }
    let ran = job.run_for_books()?;
    let books = Books::keep(&ran.world, &ran.outcome, rules)?;
    Ok(Kept { strategy: job.strategy.name.clone(), scenario: job.scenario.name.clone(), books })
}

fn of_part(job: &PortfolioJob, part: Option<&str>, rules: Rules) -> Result<Kept, Failure> {
    let names: Vec<&str> = job.allocation.parts.iter().map(|part| part.strategy.name.as_str()).collect();
    let found = part.and_then(|part| names.iter().position(|name| *name == part));
    let Some(at) = found else {
        let read = part.map_or_else(|| "nothing".into(), |part| format!("\"{part}\""));
        let list = names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
        return Err(Failure::Input(format!(
            "--part: read {read}; accepted: a strategy of the portfolio, each of which has books of its own: {list}"
        )));
    };
    let mut ran = job.run_for_books()?;
    let books = ran.books(at, rules)?;
    let strategy = names.get(at).copied().unwrap_or_default().to_string();
    Ok(Kept { strategy, scenario: job.scenario.name.clone(), books })
}
