//! Each rule with numbers worked by hand. Dollars are USDC, the quote asset; one is 10^12 marks.

mod lots;
mod positions;
mod sheet;
mod trades;
