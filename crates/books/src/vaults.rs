//! Vaults: shares, stakes, queues of redemptions, rewards.

use levmine_composer::{LineKind, Operation};
use levmine_market::{Asset, Reason, TokenAmount};

use crate::bookkeeper::{Bookkeeper, Flow};
use crate::exchange::Way;
use crate::lending::{Change, divide};
use crate::{Account, BooksError, Income, Why};

impl Bookkeeper<'_> {
    /// Enters an operation at a vault.
    pub(crate) fn vault(&mut self, operation: &Operation, flows: &[Flow]) -> Result<(), BooksError> {
        let at = operation.at;
        let rewards: Vec<Asset> = self.world.vault(at).map(|vault| vault.rewards()).unwrap_or_default();
        if operation.reason == Reason::Reward {
            return flows.iter().try_for_each(|flow| self.income(Income::Reward, Account::Wallet, *flow));
        }
        let mut rest: Vec<Flow> = Vec::new();
        for flow in flows {
            let staked = Change::of(operation, flow.amount.asset, |kind| matches!(kind, LineKind::Staked(_)));
            let of_stake = if flow.leave { staked.rise() } else { staked.fall() };
            let is_reward = rewards.contains(&flow.amount.asset);
            if of_stake.is_zero() {
                rest.push(*flow);
            } else if flow.leave {
                self.put(at, *flow)?;
            } else {
                // Beside the stake a reward of the same asset may come.
                let (stake, more) = if is_reward { divide(*flow, of_stake)? } else { (*flow, none(*flow)) };
                self.take_back(at, stake, staked.before, Income::Yield)?;
                if !more.amount.is_zero() {
                    rest.push(more);
                }
            }
        }
        let queue = |lines: &[levmine_composer::Line]| {
            lines.iter().filter(|line| matches!(line.kind, LineKind::Queued(_))).count()
        };
        let (queued, waiting) = (queue(&operation.before), queue(&operation.after));
        let gives = rest.iter().any(|flow| flow.leave);
        if waiting > queued && gives {
            rest = self.queue(operation, &rest);
        } else if waiting < queued && !gives {
            return self.claimed(operation, &rest, queued.saturating_sub(waiting));
        }
        let gives = rest.iter().any(|flow| flow.leave);
        let takes = rest.iter().any(|flow| !flow.leave && !rewards.contains(&flow.amount.asset));
        if gives && takes {
            let is_extra = |flow: &Flow| !flow.leave && rewards.contains(&flow.amount.asset);
            let (extra, main): (Vec<Flow>, Vec<Flow>) = rest.into_iter().partition(is_extra);
            let (outs, ins) = self.sides(Account::Wallet, &main)?;
            let way = if operation.reason == Reason::Deposit { Way::Enter } else { Way::Leave };
            self.exchange(&outs, &ins, way, Why::Vault)?;
            rest = extra;
        }
        for flow in rest {
            let income = if rewards.contains(&flow.amount.asset) { Income::Reward } else { Income::Yield };
            if flow.leave {
                self.put(at, flow)?;
            } else {
                self.income(income, Account::Wallet, flow)?;
            }
        }
        self.close(operation)
    }

    /// Enters shares that wait in a queue: they are disposed of when it pays. Returns what is no share.
    fn queue(&mut self, operation: &Operation, flows: &[Flow]) -> Vec<Flow> {
        let at = operation.at;
        for flow in flows.iter().filter(|flow| flow.leave) {
            self.pending.entry(at).or_default().push_back(flow.amount);
            self.post(Account::Wallet, *flow, None);
            self.post(Account::Deposit(at), Flow { leave: false, entry: None, ..*flow }, None);
        }
        flows.iter().filter(|flow| !flow.leave).copied().collect()
    }

    /// Enters what `count` redemptions have paid.
    fn claimed(&mut self, operation: &Operation, flows: &[Flow], count: usize) -> Result<(), BooksError> {
        let at = operation.at;
        let pending = self.pending.entry(at).or_default();
        let shares: Vec<TokenAmount> = pending.drain(..count.min(pending.len())).collect();
        let given: Vec<Flow> = shares
            .iter()
            .map(|amount| Flow { entry: None, leave: true, amount: *amount, value: None })
            .collect();
        let (outs, _) = self.sides(Account::Deposit(at), &given)?;
        let (_, ins) = self.sides(Account::Wallet, flows)?;
        self.exchange(&outs, &ins, Way::Leave, Why::Vault)
    }
}

/// None of a movement.
fn none(flow: Flow) -> Flow {
    Flow { amount: TokenAmount::zero(flow.amount.asset), value: None, ..flow }
}
