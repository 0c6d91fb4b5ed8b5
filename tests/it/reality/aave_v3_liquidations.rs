//! Two liquidations of Aave V1, replayed in markets of V3 that are built in their state.
//!
//! V1 and V3 seize the same amount up to the last rounding: V1 truncated the bonus, V3 rounded it half up before 3.7 and
//! down since. So a market of 3.7 seizes what is recorded, and one of 3.0 a single base unit more. The close factor of one
//! half was V1's too: what was asked beyond it is cut to the same integer.

use levmine::lending::{Amount, Context, LendingMarket, LiquidationCall, LiquidationOutcome};
use levmine::market::{Account, Asset, Moment, Timestamp};
use levmine::math::U256;
use levmine_aave_v3::Params;
use serde_json::Value;

use super::aave_v3::{RAY, Recorded, market, prices};
use super::data::{integer, json, tell};

const BORROWER: Account = Account::new(0);
/// Any time after the beginning.
const NOW: Moment = Moment { time: Timestamp(1), block: 1 };
const LIQUIDATOR: Account = Account::outsider(1);

/// What is recorded: assets, prices in wei of ETH, and amounts.
struct Case {
    collateral: Asset,
    debt: Asset,
    collateral_price: u128,
    debt_price: u128,
    requested: U256,
    repaid: U256,
    seized: U256,
}

/// The tokens of the two records.
fn token(address: &str) -> Asset {
    let (symbol, decimals) = match address {
        "0x80fb784b7ed66730e8b1dbd9820afd29931aab03" => ("LEND", 18),
        "0xdac17f958d2ee523a2206206994597c13d831ec7" => ("USDT", 6),
        "0x514910771af9ca656af840dff83e8264ecf986ca" => ("LINK", 18),
        "0x4fabb145d64652a948d72533023f6e7a623c7c53" => ("BUSD", 18),
        other => panic!("{other}"),
    };
    Asset::new(symbol, decimals).unwrap()
}

impl Case {
    fn read(record: &Value) -> Self {
        let address = |key: &str| record[key].as_str().unwrap();
        let price = |of: &str| {
            let list = record["oracle_prices"].as_array().unwrap();
            let found = list.iter().find(|price| price["asset"] == of).unwrap();
            integer(&found["price_wei_eth"]).try_into().unwrap()
        };
        assert_eq!(record["aave_version"], "v1");
        let (collateral, debt) = (address("collateral_asset"), address("debt_asset"));
        Self {
            collateral: token(collateral),
            debt: token(debt),
            collateral_price: price(collateral),
            debt_price: price(debt),
            requested: integer(&record["debt_to_cover_requested"]),
            repaid: integer(&record["debt_repaid"]),
            seized: integer(&record["collateral_seized"]),
        }
    }

    /// Liquidates in a market of `version` whose borrower owes `owed` and has collateral for `health` hundredths of what
    /// would be safe. The oracle's integers are the recorded ones, which V3 reads as 8 decimals: only their ratio counts.
    fn liquidate(&self, version: &str, owed: U256, health: u64, ask: U256) -> LiquidationOutcome {
        let unit = |asset: Asset| U256::from(10).pow(U256::from(asset.decimals()));
        let threshold = 8_000_u64;
        let worth = owed * U256::from(self.debt_price) * unit(self.collateral)
            / (U256::from(self.collateral_price) * unit(self.debt));
        let deposit = worth * U256::from(health * 100) / U256::from(threshold);
        let reserve = |asset: Asset, supplied, owed, held| Recorded {
            asset,
            params: Params {
                decimals: asset.decimals(),
                ltv: 7_000,
                liquidation_threshold: 8_000,
                liquidation_bonus: 11_000,
                active: true,
                borrowing: true,
                ..Params::default()
            },
            curve: Default::default(),
            time: 0,
            supply_rate: 0,
            borrow_rate: 0,
            supply_index: RAY,
            borrow_index: RAY,
            scaled_supply: supplied,
            scaled_debt: owed,
            held,
        };
        let zero = U256::ZERO;
        let reserves =
            [reserve(self.collateral, deposit, zero, deposit), reserve(self.debt, zero, owed, zero)];
        let mut market = market(version, "", &reserves, &[vec![(deposit, zero), (zero, owed)]]);
        let prices = prices(&[(self.collateral, self.collateral_price), (self.debt, self.debt_price)]);
        let call = LiquidationCall {
            liquidator: LIQUIDATOR,
            borrower: BORROWER,
            debt: self.debt,
            collateral: self.collateral,
            repay: Amount::Exact(ask),
            keep_supplied: false,
        };
        let ctx = Context { now: NOW, prices: &prices };
        let done = market.liquidate(&call, &ctx).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(market.debt(BORROWER, self.debt, NOW).unwrap(), owed - done.repaid[0].raw);
        assert_eq!(market.supplied(BORROWER, self.collateral, NOW).unwrap(), deposit - done.seized[0].raw);
        done
    }
}

#[test]
fn of_aave_v1() {
    let Some(records) = json("vectors/aave_liquidations_mainnet.json") else { return };
    let cases: Vec<Case> = records.as_array().unwrap().iter().map(Case::read).collect();
    let mut cut = 0;
    for case in &cases {
        // Half of the debt is what was repaid at most.
        let owed = case.repaid * U256::from(2);
        let exact = case.liquidate("3.7", owed, 92, case.repaid);
        assert_eq!((exact.repaid[0].raw, exact.seized[0].raw), (case.repaid, case.seized));
        // Above a health of 0.95 half of the debt is all that is taken, whatever is asked.
        let half = case.liquidate("3.0", owed, 97, case.requested);
        assert_eq!((half.repaid[0].raw, half.seized[0].raw), (case.repaid, case.seized + U256::ONE));
        cut += usize::from(case.requested > case.repaid);
    }
    tell(&format!(
        "aave v1 liquidations: {} rows, {} exact by the rounding of 3.7 ({cut} of them cut to half of the debt), {} one base \
         unit more by that of 3.0",
        cases.len(),
        cases.len(),
        cases.len(),
    ));
    assert_eq!((cases.len(), cut), (2, 1));
}
