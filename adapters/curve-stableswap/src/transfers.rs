//! Who gives what to whom.

use levmine_market::{Account, Party, TokenAmount, Transfer, Transfers};
use levmine_math::U256;

/// Who is paid the owner's part of the fees, and what a token keeps back of its transfers: somebody outside, whose wallet
/// is not counted.
pub(crate) const OUTSIDE: Account = Account::outsider(0x00c0_77ee);

/// A payment into the pool of which `arrived` arrives; the token keeps the rest.
pub(crate) fn pay(transfers: &mut Transfers, by: Account, amount: TokenAmount, arrived: U256) {
    let part = |raw| TokenAmount::new(amount.asset, raw);
    transfers.push(Transfer::pay(by, part(arrived)));
    kept(transfers, Party::Account(by), part(amount.raw.saturating_sub(arrived)));
}

/// A payment of the pool of which `arrived` arrives; the token keeps the rest.
pub(crate) fn receive(transfers: &mut Transfers, by: Account, amount: TokenAmount, arrived: U256) {
    let part = |raw| TokenAmount::new(amount.asset, raw);
    transfers.push(Transfer::receive(by, part(arrived)));
    kept(transfers, Party::Venue, part(amount.raw.saturating_sub(arrived)));
}

fn kept(transfers: &mut Transfers, from: Party, amount: TokenAmount) {
    if !amount.is_zero() {
        transfers.push(Transfer { from, to: Party::Account(OUTSIDE), amount });
    }
}

/// The owner's part of the fees leaves.
pub(crate) fn claimed(transfers: &mut Transfers, amount: TokenAmount) {
    if !amount.is_zero() {
        transfers.push(Transfer::receive(OUTSIDE, amount));
    }
}

/// The base pool's shares that a metapool gets or gives up on the way.
pub(crate) fn base_shares(transfers: &mut Transfers, minted: TokenAmount, burned: U256) {
    if !minted.is_zero() {
        transfers.push(Transfer { from: Party::Issuer, to: Party::Venue, amount: minted });
    }
    if !burned.is_zero() {
        let amount = TokenAmount::new(minted.asset, burned);
        transfers.push(Transfer { from: Party::Venue, to: Party::Issuer, amount });
    }
}
