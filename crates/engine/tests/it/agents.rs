//! The world's other people, each alone with numbers worked by hand, and all of them together.

use levmine_composer::{LiquidationTerms, OracleView, Slot, Venue, World};
use levmine_engine::{
    Arbitrage, ArbitrageRule, Borrower, Direction, EventKind, Feed, Feeds, MovedBy, Outcome, Recorded,
    RecordedIn, Reverting, Target, Trader, Volume, VolumeModel,
};
use levmine_market::{BlockClock, Cause, Timestamp, TokenAmount, VenueId};
use levmine_math::{U256, Wad};
use levmine_testkit::stub::{self, ConstantProduct, tokens, usdc, weth as ether};

use crate::support::{Setup, part, setup, weth};

const BANK: VenueId = VenueId(0);
const POOL: VenueId = VenueId(1);
const DAY: u64 = 86_400;
const START: u64 = 1_700_000_000;

/// Lends its dollars and looks on.
const ONLOOKER: &str = "[[open]]\ndo = \"supply\"\nat = \"bank\"\namount = \"all USDC\"\n";
/// 10,000 dollars as collateral, of which 80 % count, and 3 ether owed.
const SHORT: &str = "[[open]]\ndo = \"supply\"\nat = \"bank\"\namount = \"all USDC\"\n\
                     [[open]]\ndo = \"borrow\"\nat = \"bank\"\namount = \"3 WETH\"\n";
/// A share of a pool.
const SHARE: &str = "[[open]]\ndo = \"zap\"\nat = \"pool\"\namount = \"all USDC\"\n";

/// Parts of one in millionths.
fn part_of(millionths: u64) -> Wad {
    Wad::from_raw(U256::from(millionths) * U256::from(1_000_000_000_000_u64))
}

/// So many dollars and cents, in marks.
fn cents(cents: i128) -> i128 {
    cents * 10_000 * 1_000_000
}

fn gwei(gwei: u64) -> Vec<(Timestamp, U256)> {
    vec![(Timestamp(0), U256::from(gwei) * U256::from(1_000_000_000_u64))]
}

/// Dollars for an ether in the pool, in cents.
fn pool_price(setup: &Setup) -> u64 {
    let pool = setup.world.pool(POOL).unwrap();
    let (ether, dollars) = (pool.reserves()[0], pool.reserves()[1]);
    u64::try_from(dollars * U256::from(100_000_000_000_000_u64) / ether).unwrap()
}

fn arbitrage(price: &str, rule: ArbitrageRule, gas: u64) -> u64 {
    let mut setup = setup(ONLOOKER, &weth(&["2000", price]));
    setup.scenario.others.arbitrage =
        Arbitrage { default: ArbitrageRule::default(), pools: vec![(POOL, rule)] };
    setup.scenario.gas = gwei(gas);
    setup.outcome();
    pool_price(&setup)
}

#[test]
fn an_arbitrageur_waits_for_his_threshold() {
    let rule = ArbitrageRule { threshold: Some(part_of(5_000)), gas: None };
    // 2,000 is 0.398 % below 2,008 and 0.596 % below 2,012.
    assert_eq!(arbitrage("2008", rule, 0), 200_000);
    // He buys until an ether with its fee costs the market's price: 2,012 × 0.997 = 2,005.96.
    let moved = arbitrage("2012", rule, 0);
    assert!(moved.abs_diff(200_596) <= 2, "{moved}");
    assert_eq!(arbitrage("2012", ArbitrageRule::default(), 0), moved);
}

#[test]
fn an_arbitrageur_looks_at_gas() {
    let rule = ArbitrageRule { threshold: None, gas: Some(135_000) };
    // The pool moves by 0.298 %: he buys 0.149 % of its 10,000 ether, 14.9, at half of that below the market: about 44
    // dollars. 135,000 units cost 27 dollars at 100 gwei, 54 at 200.
    assert!(arbitrage("2012", rule, 100) > 200_500);
    assert_eq!(arbitrage("2012", rule, 200), 200_000);
}

/// The outcome of the short when an ether costs 2,800, on these terms; gas at 100 gwei.
fn liquidation(terms: LiquidationTerms, prices: &[&str]) -> Outcome {
    let mut setup = setup(SHORT, &weth(prices));
    setup.scenario.others.liquidators = terms;
    setup.scenario.gas = gwei(100);
    setup.outcome()
}

#[test]
fn a_liquidator_weighs_bonus_gas_and_slippage() {
    let terms = |least: u64| LiquidationTerms {
        gas: Some(100_000),
        min_profit: Some(TokenAmount::new(usdc(), tokens(usdc(), least))),
        slippage: Some(part_of(5_000)),
        at_market: true,
        delay: 0,
    };
    // 8,400 owed, 8,000 allowed. Half of the debt is 4,200 dollars, the bonus 4 % of it 168, the sale of 4,368 costs 0.5 %
    // or 21.84, 100,000 units of gas at 100 gwei 28: 118.16 are left, and a little for a day's interest on the debt.
    let done = liquidation(terms(118), &["2000", "2800"]);
    assert_eq!(done.metrics.liquidations, 1, "{:?}", done.events);
    let stays_away = liquidation(terms(119), &["2000", "2800", "2801"]);
    assert_eq!(stays_away.metrics.liquidations, 0);
    let [event] = stays_away.events.as_slice() else { panic!("told once: {:?}", stays_away.events) };
    let EventKind::LiquidationDeclined(declined) = &event.kind else { panic!("{event:?}") };
    assert!((cents(16_800)..cents(16_805)).contains(&declined.bonus), "{declined:?}");
    assert!((cents(2_184)..cents(2_186)).contains(&declined.slippage), "{declined:?}");
    assert_eq!((declined.gas, declined.least), (cents(2_800), cents(11_900)));
    assert_eq!(part(&stays_away, Cause::LiquidationPenalty), 0);
}

#[test]
fn a_part_of_a_call_can_pay_where_the_whole_does_not() {
    // A pool of ten ether, 23,664 dollars on its other side at 2,800. The whole of 4,368 dollars loses 16 % there, four
    // times the bonus; a quarter loses 48 for a bonus of 42; an eighth, 546 dollars, loses 12 for a bonus of 21.
    let mut setup = setup(SHORT, &weth(&["2000", "2800"]));
    let share = stub::asset("pool-LP", 18);
    let sides = ((ether(), tokens(ether(), 10)), (usdc(), tokens(usdc(), 20_000)));
    let small = ConstantProduct::new(sides.0, sides.1, share);
    let slot = |name: &str, venue| Slot { name: name.into(), venue };
    let venues =
        vec![slot("bank", Venue::Lending(stub::pooled())), slot("pool", Venue::Pool(Box::new(small)))];
    setup.world = World::new(venues, usdc(), BlockClock::ETHEREUM, Timestamp(START)).unwrap();
    setup.scenario.others.liquidators.at_market = true;
    let outcome = setup.outcome();
    let first = outcome.events.iter().find_map(|event| match &event.kind {
        EventKind::Liquidation { outcome, .. } => Some(outcome.repaid[0].raw),
        _ => None,
    });
    let eighth = tokens(ether(), 15) / U256::from(80);
    let repaid = first.unwrap_or_default();
    assert!(
        repaid >= eighth && repaid < eighth + eighth / U256::from(1_000),
        "{repaid} {:?}",
        outcome.events
    );
}

#[test]
fn liquidators_come_late() {
    let terms = LiquidationTerms { delay: 2 * DAY, ..LiquidationTerms::default() };
    let outcome = liquidation(terms, &["2000", "2800", "2801", "2802", "2803"]);
    let [event] = outcome.events.as_slice() else { panic!("{:?}", outcome.events) };
    assert_eq!(event.time, Timestamp(START + 3 * DAY));
    // A position that is healthy in between is waited for anew.
    let terms = LiquidationTerms { delay: 2 * DAY, ..LiquidationTerms::default() };
    let outcome = liquidation(terms, &["2000", "2800", "2500", "2800", "2801"]);
    assert_eq!(outcome.metrics.liquidations, 0, "{:?}", outcome.events);
}

fn others(target: Target, by: MovedBy) -> Setup {
    let mut setup = setup(ONLOOKER, &weth(&["2000", "2000", "2001", "2002"]));
    setup.scenario.others.borrowers = vec![Borrower { at: BANK, asset: usdc(), by, target }];
    setup
}

fn utilization(setup: &Setup) -> u64 {
    let rates = setup.world.lending(BANK).unwrap().rates(usdc(), setup.world.now).unwrap();
    // In millionths.
    u64::try_from(rates.utilization.raw() / U256::from(10).pow(U256::from(21))).unwrap()
}

#[test]
fn others_bring_the_use_to_its_target() {
    for by in [MovedBy::Borrowing, MovedBy::Supplying] {
        let points = [(0, 300_000), (START + DAY, 850_000), (START + 2 * DAY, 400_000)];
        let points = points.map(|(time, part)| (Timestamp(time), part_of(part))).to_vec();
        let mut setup = others(Target::Points(points), by);
        let outcome = setup.outcome();
        if by == MovedBy::Borrowing {
            // The others' part stays where it was brought to, but for what the farmer's withdrawal does to it: he takes
            // 10,000 of 50,010,000.
            assert!(utilization(&setup).abs_diff(400_000) < 200, "{}", utilization(&setup));
            assert!(outcome.events.is_empty(), "{:?}", outcome.events);
        } else {
            // Nobody has borrowed: a debt of nothing is no part of anything.
            assert_eq!(utilization(&setup), 0);
        }
        // Two per cent on 10,000 dollars for three days: 1.64, whoever else comes and goes.
        let interest = part(&outcome, Cause::SupplyInterest);
        assert!((1_640_000..1_650_000).contains(&interest), "{interest}");
    }
}

#[test]
fn what_is_lent_out_cannot_be_taken_back() {
    let mut setup = others(Target::Points(vec![(Timestamp(0), Wad::ONE)]), MovedBy::Borrowing);
    let outcome = setup.outcome();
    assert_eq!(utilization(&setup), 1_000_000);
    let [(at, left)] = outcome.settlement.stranded.as_slice() else { panic!("{:?}", outcome.settlement) };
    assert!(*at == BANK && left.raw >= tokens(usdc(), 10_000), "{left}");
}

#[test]
fn a_close_that_finds_everything_lent_out_says_so() {
    let strategy = format!("{ONLOOKER}[[policy]]\nevery = \"1d\"\ndo = \"close\"\n");
    let mut setup = setup(&strategy, &weth(&["2000", "2000", "2001"]));
    let target = Target::Points(vec![(Timestamp(0), Wad::ONE)]);
    setup.scenario.others.borrowers =
        vec![Borrower { at: BANK, asset: usdc(), by: MovedBy::Borrowing, target }];
    let outcome = setup.outcome();
    let failed = outcome.events.iter().find_map(|event| match &event.kind {
        EventKind::PolicyFailed { reason, .. } => Some(reason.clone()),
        _ => None,
    });
    // The stub's own word for it.
    assert!(failed.as_deref().is_some_and(|reason| reason.contains("NO_CASH")), "{failed:?}");
}

/// Nobody brings the pool back.
fn alone(setup: &mut Setup) {
    setup.scenario.others.arbitrage.default.threshold = Some(Wad::ONE);
}

fn trader(volume: Volume, direction: Direction) -> Trader {
    Trader { at: POOL, volume, direction }
}

#[test]
fn a_recorded_volume_moves_the_pool() {
    // A hundred ether within a day, sold and nothing bought back: 2,000 × (10,000 ÷ 10,100)^1.997 = 1,960.65, for 0.3 % of
    // what is sold stays in the pool.
    let spans = vec![(Timestamp(START), Timestamp(START + DAY), [tokens(ether(), 100), U256::ZERO])];
    let volume = Volume::Recorded(Recorded { spans, assets: RecordedIn::EachWay([ether(), usdc()]) });
    let mut setup = setup(ONLOOKER, &weth(&["2000", "2000", "2000"]));
    setup.scenario.step = Some(5 * 3_600);
    setup.scenario.traders = vec![trader(volume, Direction::Random)];
    alone(&mut setup);
    setup.outcome();
    assert_eq!(setup.world.pool(POOL).unwrap().reserves()[0], tokens(ether(), 10_100));
    assert!(pool_price(&setup).abs_diff(196_065) < 5, "{}", pool_price(&setup));
}

#[test]
fn fees_come_from_trades() {
    // 100,000 dollars a day for two days at 0.3 %: 600 dollars of fees, of which the farmer, with 9,970 of 40,009,970
    // dollars, gets 0.0249 %: 15 cents.
    let mut setup = setup(SHARE, &weth(&["2000", "2000", "2000"]));
    let amount = TokenAmount::new(usdc(), tokens(usdc(), 100_000));
    setup.scenario.step = Some(3_600);
    setup.scenario.traders = vec![trader(Volume::Constant { amount, per: DAY }, Direction::Balanced)];
    alone(&mut setup);
    let fees = part(&setup.outcome(), Cause::TradingFees);
    assert!((148_000..152_000).contains(&fees), "{fees}");
}

#[test]
fn nobody_trades_through_a_pool_that_is_too_thin() {
    // Half of the volume goes each way in each step of a day. A tenth is lost where about 5 % of the pool's 20 million
    // dollars are sold: 1.8 million go through, 2.4 do not.
    let fees = |million: u64| {
        let mut setup = setup(SHARE, &weth(&["2000", "2000", "2000"]));
        let amount = TokenAmount::new(usdc(), tokens(usdc(), million * 100_000));
        setup.scenario.traders = vec![trader(Volume::Constant { amount, per: DAY }, Direction::Balanced)];
        alone(&mut setup);
        part(&setup.outcome(), Cause::TradingFees)
    };
    assert!(fees(36) > 0);
    assert_eq!(fees(48), 0);
}

#[test]
fn a_model_is_log_normal_and_more_when_the_price_moves() {
    let per_day = TokenAmount::new(usdc(), tokens(usdc(), 24_000));
    let model = VolumeModel { per_day, spread: 0.0, per_percent: 0.5 };
    // 3 % add one and a half means; without a spread chance adds nothing.
    assert!((model.factor(1.7, 3.0) - 2.5).abs() < 1e-12);
    let model = VolumeModel { spread: 0.8, ..model };
    // e^(0.8 − 0.32) and e^(−0.32).
    assert!((model.factor(1.0, 0.0) - 1.616_074_402_192_893_4).abs() < 1e-12);
    assert!((model.factor(0.0, 0.0) - 0.726_149_037_073_690_8).abs() < 1e-12);
    // A thousand an hour, and the price rises by 10 % in the 24th of 48 steps: 5,000 more. From then on a fee in ether is
    // worth a tenth more, which is a twentieth of both ways: 5 × 1.05 to 23 + 25 × 1.05.
    let fees = |per_percent| {
        let mut setup = setup(SHARE, &weth(&["2000", "2200", "2200"]));
        setup.scenario.step = Some(3_600);
        let volume = Volume::Model(VolumeModel { spread: 0.0, per_percent, ..model });
        setup.scenario.traders = vec![trader(volume, Direction::Balanced)];
        alone(&mut setup);
        part(&setup.outcome(), Cause::TradingFees)
    };
    let (still, moved) = (fees(0.0), fees(0.5));
    let ratio = moved as f64 / still as f64;
    assert!((ratio - (1.0 + 5.25 / 49.25)).abs() < 0.001, "{moved} ÷ {still} = {ratio}");
}

#[test]
fn a_late_oracle_saves_from_a_dip() {
    let dip = weth(&["2000", "2800", "2000", "2000"]);
    assert_eq!(setup(SHORT, &dip).outcome().metrics.liquidations, 1);
    let mut setup = setup(SHORT, &dip);
    // Published every second day, seen a day later: the dip of the first day is never published.
    let feed = Feed { heartbeat: Some(2 * DAY), delay: DAY, ..Feed::default() };
    setup.scenario.others.feeds = Feeds { default: None, own: vec![(ether(), feed)] };
    assert_eq!(setup.outcome().metrics.liquidations, 0);
}

#[test]
fn what_is_seen_like_another_asset_follows_what_was_published() {
    let mut setup = setup(ONLOOKER, &weth(&["2000", "2100"]));
    let feed = Feed { delay: 10 * DAY, ..Feed::default() };
    setup.scenario.others.feeds = Feeds { default: Some(feed), own: Vec::new() };
    setup.scenario.oracle_views = vec![OracleView::Like(stub::wbtc(), ether())];
    setup.outcome();
    let seen = |asset| setup.world.oracle.price(asset).unwrap();
    assert_eq!(seen(ether()), stub::dollars(2_000));
    assert_eq!(seen(stub::wbtc()), stub::dollars(2_000));
    assert_eq!(setup.world.market.price(ether()).unwrap(), stub::dollars(2_100));
}

/// Everybody at once, over ten days of hours in which the price goes up and down.
fn crowd(seed: u64) -> Outcome {
    let strategy = "[[open]]\ndo = \"swap\"\nat = \"pool\"\nfrom = \"60%\"\nto = \"WETH\"\n\
        [[open]]\ndo = \"supply\"\nat = \"bank\"\namount = \"all WETH\"\n\
        [[open]]\ndo = \"borrow\"\nat = \"bank\"\namount = \"USDC to ltv 70%\"\n\
        [[open]]\ndo = \"zap\"\nat = \"pool\"\namount = \"all USDC\"\n";
    let prices = ["2000", "2100", "1900", "1750", "1600", "1500", "1450", "1700", "1900", "2000"];
    let mut setup = setup(strategy, &weth(&prices));
    setup.scenario.seed = seed;
    setup.scenario.step = Some(3_600);
    setup.scenario.gas = gwei(50);
    let per_day = TokenAmount::new(usdc(), tokens(usdc(), 500_000));
    let model = VolumeModel { per_day, spread: 0.8, per_percent: 0.5 };
    setup.scenario.traders = vec![
        trader(Volume::Model(model), Direction::Random),
        trader(
            Volume::Constant { amount: TokenAmount::new(ether(), tokens(ether(), 20)), per: DAY },
            Direction::Random,
        ),
    ];
    let others = &mut setup.scenario.others;
    others.arbitrage.default = ArbitrageRule { threshold: Some(part_of(3_000)), gas: Some(135_000) };
    others.liquidators =
        LiquidationTerms { gas: Some(400_000), at_market: true, delay: 600, ..others.liquidators };
    others.feeds.default = Some(Feed { deviation: Some(part_of(5_000)), heartbeat: Some(3_600), delay: 60 });
    for (asset, by) in [(usdc(), MovedBy::Borrowing), (ether(), MovedBy::Supplying)] {
        let target = Target::Reverting(Reverting { mean: 0.8, spread: 0.1, half_life: DAY });
        others.borrowers.push(Borrower { at: BANK, asset, by, target });
    }
    setup.outcome()
}

#[test]
fn everybody_together_balances_and_follows_the_seed() {
    let (first, again, other) = (crowd(7), crowd(7), crowd(8));
    assert_eq!(first.samples, again.samples);
    assert_eq!(first.events, again.events);
    assert_eq!(first.parts, again.parts);
    assert_ne!(first.samples, other.samples);
    assert!(part(&first, Cause::TradingFees) > 0);
    assert!(first.metrics.liquidations > 0, "{:?}", first.events);
}
