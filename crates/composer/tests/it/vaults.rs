//! Vaults, stakes, rebasing tokens, incentives: what a farmer does with them, and what is booked.

use levmine_composer::{Incentive, OracleView, PaidFor, Plan, Slot, Venue, World, read_strategy, unwind};
use levmine_config::parse_toml;
use levmine_market::{Asset, BlockClock, Cause, Timestamp, TokenAmount, VenueId};
use levmine_math::U256;
use levmine_testkit::stub::{self, ConstantProduct, Liquid, Savings, Staking, tokens, usdc, weth};

use crate::support::{holds, some, wallet};

const NAMES: [&str; 6] = ["bank", "pool", "savings", "chef", "liquid", "farm"];

pub(crate) fn lp() -> Asset {
    stub::asset("pool-LP", 18)
}

fn reward() -> Asset {
    stub::asset("RWD", 18)
}

pub(crate) fn liquid() -> Asset {
    stub::asset("eWETH", 18)
}

pub(crate) fn farm_share() -> Asset {
    stub::asset("farm-share", 18)
}

/// A bank, a pool, savings of USDC, a chef that takes the pool's shares, liquid staking, and a vault of the pool's shares.
pub(crate) fn world(capital: &[TokenAmount]) -> World {
    let venue = |name: &str, venue| Slot { name: name.into(), venue };
    let side = |asset, whole| (asset, tokens(asset, whole));
    let pool = ConstantProduct::new(side(weth(), 10_000), side(usdc(), 20_000_000), lp())
        .with_fee(levmine_math::Bps::new(30));
    let farm = Savings::new(lp(), farm_share(), stub::START);
    let venues = vec![
        venue("bank", Venue::Lending(stub::pooled())),
        venue("pool", Venue::Pool(Box::new(pool))),
        venue("savings", Venue::Vault(stub::savings())),
        venue("chef", Venue::Vault(Box::new(Staking::new(lp(), reward(), stub::START)))),
        venue(
            "liquid",
            Venue::Vault(Box::new(
                Liquid::new(weth(), liquid(), stub::START).with_deposits(tokens(weth(), 10_000)),
            )),
        ),
        venue("farm", Venue::Vault(Box::new(farm))),
    ];
    let mut world = World::new(venues, usdc(), BlockClock::ETHEREUM, stub::START.time).unwrap();
    world.move_prices(stub::prices().iter()).unwrap();
    world.move_prices([(reward(), stub::dollars(1))]).unwrap();
    world.publish_oracle().unwrap();
    world.fund(capital).unwrap();
    world
}

fn plan(steps: &[&str]) -> Plan {
    let tables: Vec<String> = steps.iter().map(|step| format!("{{ {step} }}")).collect();
    let venues: Vec<String> = NAMES.iter().map(|name| format!("{name} = {{}}")).collect();
    let text = format!(
        "name = \"test\"\ncapital = \"10000 USDC\"\nvenues = {{ {} }}\nopen = [{}]",
        venues.join(", "),
        tables.join(", ")
    );
    let file = read_strategy(&parse_toml("s.toml", &text).unwrap()).unwrap();
    let mut assets = file.assets.clone();
    for asset in [lp(), reward(), liquid(), farm_share(), stub::asset("saUSDC", 6)] {
        assets.insert(asset);
    }
    file.resolve(&NAMES.map(String::from), &assets).unwrap_or_else(|error| panic!("{error}")).open
}

pub(crate) fn done(world: &mut World, steps: &[&str]) {
    world.transact(&plan(steps)).unwrap_or_else(|error| panic!("{error}"));
    holds(world);
}

pub(crate) fn refused(world: &mut World, steps: &[&str]) -> String {
    let (before, held) = (world.portfolio.equity(), wallet(world));
    let error = world.transact(&plan(steps)).expect_err("must be refused");
    assert_eq!((before, held), (world.portfolio.equity(), wallet(world)));
    holds(world);
    error.to_string()
}

pub(crate) fn wait(world: &mut World, seconds: u64) {
    let time = Timestamp(world.now.time.0 + seconds);
    world.pass_time(time).unwrap();
    world.publish_oracle().unwrap();
    holds(world);
}

pub(crate) fn booked(world: &World, cause: Cause) -> i128 {
    world.portfolio.attribution.part(cause)
}

pub(crate) const DAY: u64 = 86_400;

#[test]
fn what_a_vault_earns_is_yield() {
    let mut world = world(&[some(usdc(), 10_000)]);
    done(&mut world, &["do = \"deposit\", at = \"savings\", amount = \"all USDC\""]);
    assert_eq!(booked(&world, Cause::Yield), 0);
    wait(&mut world, 365 * DAY);
    // Nothing has been booked by the vault yet.
    done(&mut world, &["do = \"harvest\", at = \"savings\""]);
    wait(&mut world, DAY);
    let earned = booked(&world, Cause::Yield);
    assert!((850_000_000_000_000..1_000_000_000_000_000).contains(&earned), "{earned}");
    done(&mut world, &["do = \"redeem\", at = \"savings\", amount = \"all saUSDC\""]);
    let [left] = wallet(&world)[..] else { panic!("{:?}", wallet(&world)) };
    assert!(left.raw > tokens(usdc(), 10_850), "{left}");
    assert_eq!(booked(&world, Cause::Price), 0);
}

#[test]
fn staked_shares_stay_part_of_the_pool() {
    let mut world = world(&[some(usdc(), 10_000)]);
    done(
        &mut world,
        &[
            "do = \"zap\", at = \"pool\", amount = \"all USDC\"",
            "do = \"deposit\", at = \"chef\", amount = \"all pool-LP\"",
        ],
    );
    assert_eq!(world.wallet(lp()), U256::ZERO);
    assert_eq!(world.portfolio.shares.len(), 1);
    // Somebody trades: the fee is earned although the shares lie with the chef.
    world.outside_swap(VenueId(1), some(usdc(), 1_000_000), weth(), U256::ZERO).unwrap();
    assert!(booked(&world, Cause::TradingFees) > 0);
    wait(&mut world, DAY);
    assert_eq!(booked(&world, Cause::Rewards), 0);
    done(&mut world, &["do = \"claim\", at = \"chef\""]);
    let claimed = world.wallet(reward());
    assert!(claimed > U256::ZERO);
    assert!(booked(&world, Cause::Rewards) > 0);
    done(&mut world, &["do = \"redeem\", at = \"chef\", amount = \"50% pool-LP\""]);
    assert!(world.wallet(lp()) > U256::ZERO);
    let shares: U256 = world.portfolio.shares.iter().map(|line| line.held).fold(U256::ZERO, |a, b| a + b);
    assert!(shares > world.wallet(lp()), "half of them are still staked");
}

#[test]
fn a_vault_above_a_pool_is_looked_through() {
    let mut world = world(&[some(usdc(), 10_000)]);
    done(
        &mut world,
        &[
            "do = \"zap\", at = \"pool\", amount = \"all USDC\"",
            "do = \"deposit\", at = \"farm\", amount = \"all pool-LP\"",
        ],
    );
    let [line] = &world.portfolio.shares[..] else { panic!("one line") };
    assert_eq!((line.pool, line.share, line.direct), (VenueId(1), lp(), U256::ZERO));
    assert_eq!(line.through.len(), 1);
    // The price moves: what the coins lose is price, what the share loses beside is impermanent loss.
    world.move_prices([(weth(), stub::dollars(1_000))]).unwrap();
    world.arbitrage().unwrap();
    world.settle_shares().unwrap();
    holds(&world);
    assert!(booked(&world, Cause::Price) < 0);
    assert!(booked(&world, Cause::ImpermanentLoss) < 0);
    assert_eq!(booked(&world, Cause::Yield), 0);
    wait(&mut world, 365 * DAY);
    done(&mut world, &["do = \"harvest\", at = \"farm\""]);
    wait(&mut world, DAY);
    assert!(booked(&world, Cause::Yield) > 0);
    // Out again through both layers.
    let closed = unwind(&mut world, &[usdc()]).unwrap();
    assert!(!closed.is_empty());
    holds(&world);
    assert!(world.is_closed());
}

#[test]
fn balances_that_grow_are_followed_to_the_wei() {
    let mut world = world(&[some(usdc(), 10_000), some(weth(), 10)]);
    done(&mut world, &["do = \"deposit\", at = \"liquid\", amount = \"all WETH\""]);
    let before = world.wallet(liquid());
    wait(&mut world, 10 * DAY);
    let after = world.wallet(liquid());
    assert!(after > before, "{before} {after}");
    assert_eq!(after, world.vault(VenueId(4)).unwrap().balance(world.farmer));
    assert!(booked(&world, Cause::Yield) > 0);
    done(&mut world, &["do = \"request\", at = \"liquid\", amount = \"all eWETH\""]);
    // What waits in the queue is still the farmer's.
    let equity = world.portfolio.equity();
    assert!(equity > 29_990_000_000_000_000, "{equity}");
    let message = refused(&mut world, &["do = \"claim\", at = \"liquid\""]);
    assert!(message.contains("does not support"), "{message}");
    wait(&mut world, 4 * DAY);
    done(&mut world, &["do = \"claim\", at = \"liquid\""]);
    assert!(world.wallet(weth()) > tokens(weth(), 10));
}

#[test]
fn a_venue_that_stores_amounts_refuses_them() {
    let venue = |name: &str, venue| Slot { name: name.into(), venue };
    let pool = ConstantProduct::new((weth(), tokens(weth(), 100)), (liquid(), U256::ZERO), lp());
    let venues = vec![
        venue("bank", Venue::Lending(stub::pooled())),
        venue("pool", Venue::Pool(Box::new(pool))),
        venue("savings", Venue::Vault(stub::savings())),
        venue("chef", Venue::Vault(Box::new(Staking::new(lp(), reward(), stub::START)))),
        venue("liquid", Venue::Vault(stub::liquid())),
    ];
    let mut world = World::new(venues, weth(), BlockClock::ETHEREUM, stub::START.time).unwrap();
    world.move_prices(stub::prices().iter()).unwrap();
    world.fund(&[some(weth(), 10)]).unwrap();
    done(&mut world, &["do = \"deposit\", at = \"liquid\", amount = \"50% WETH\""]);
    let message = refused(
        &mut world,
        &["do = \"add_liquidity\", at = \"pool\", amounts = [\"all WETH\", \"all eWETH\"]"],
    );
    assert!(message.contains("balances change"), "{message}");
}

#[test]
fn incentives_are_paid_by_part_and_time() {
    let mut world = world(&[some(usdc(), 10_000)]);
    let stream = |paid_for, at| Incentive {
        at: VenueId(at),
        per_day: some(reward(), 1_000),
        paid_for,
        from: None,
        to: None,
        boost: 1_000_000,
        earned: U256::ZERO,
    };
    let boosted = Incentive { boost: 2_000_000, ..stream(PaidFor::Shares, 1) };
    let over = Incentive { to: Some(Timestamp(stub::START.time.0 + DAY / 2)), ..stream(PaidFor::Shares, 1) };
    world.set_incentives(vec![stream(PaidFor::Shares, 1), boosted, over, stream(PaidFor::Supply(usdc()), 0)]);
    done(
        &mut world,
        &[
            "do = \"supply\", at = \"bank\", amount = \"50% USDC\"",
            "do = \"zap\", at = \"pool\", amount = \"all USDC\"",
        ],
    );
    wait(&mut world, DAY);
    let at_pool: Vec<U256> = world.earned_incentives(VenueId(1)).iter().map(|amount| amount.raw).collect();
    let [plain, boosted, half] = at_pool[..] else { panic!("{at_pool:?}") };
    assert!(boosted.abs_diff(plain * U256::from(2)) <= U256::ONE);
    assert!(half.abs_diff(plain / U256::from(2)) <= U256::ONE);
    // 5,000 of 20,005,000 dollars on one side of the pool: a part of about 1 in 8,000.
    let per_day = tokens(reward(), 1_000);
    assert!(plain > per_day / U256::from(8_100) && plain < per_day / U256::from(7_900), "{plain}");
    assert_eq!(world.earned_incentives(VenueId(0)).len(), 1);
    done(&mut world, &["do = \"claim\", at = \"pool\"", "do = \"claim\", at = \"bank\""]);
    assert!(world.wallet(reward()) > plain);
    assert!(booked(&world, Cause::Rewards) > 0);
    let message = refused(&mut world, &["do = \"claim\", at = \"savings\""]);
    assert!(message.contains("rewards"), "{message}");
}

#[test]
fn compounding_puts_new_shares_where_the_others_are() {
    use levmine_composer::policy::{Past, Peak, Policy, PolicyAction, Standing, Trigger, Watch};
    let mut world = world(&[some(usdc(), 10_000)]);
    done(
        &mut world,
        &[
            "do = \"zap\", at = \"pool\", amount = \"90% USDC\"",
            "do = \"deposit\", at = \"chef\", amount = \"all pool-LP\"",
        ],
    );
    let staked = |world: &World| world.vault(VenueId(3)).unwrap().staked(world.farmer, lp(), world.now);
    let before = staked(&world);
    wait(&mut world, DAY);
    let policy = Policy::new(Trigger::Every(DAY), PolicyAction::Compound { above: None });
    let (opened, past) = (stub::START.time, Past::default());
    let watch = Watch { opened, peak: Peak(0), past: &past };
    assert!(Standing::new(opened).look(&policy, &world, &watch));
    assert!(!policy.act(&mut world, &[usdc()]).unwrap().is_empty());
    holds(&world);
    assert!(staked(&world) > before);
    assert_eq!(world.wallet(lp()), U256::ZERO);
    let claim = Policy::new(Trigger::Every(DAY), PolicyAction::Claim);
    wait(&mut world, DAY);
    let had = world.wallet(reward());
    claim.act(&mut world, &[usdc()]).unwrap();
    assert!(world.wallet(reward()) > had);
    holds(&world);
}

#[test]
fn the_oracle_can_see_what_the_market_does_not() {
    let mut world = world(&[some(usdc(), 10_000)]);
    world.move_prices([(liquid(), stub::dollars(1_900))]).unwrap();
    world.publish_oracle().unwrap();
    assert_eq!(world.oracle.find(liquid()), Some(stub::dollars(1_900)));
    world.set_oracle_views(vec![OracleView::Like(liquid(), weth())]);
    world.publish_oracle().unwrap();
    assert_eq!(world.oracle.find(liquid()), world.market.find(weth()));
    world.set_oracle_views(vec![OracleView::ByRate(liquid())]);
    world.publish_oracle().unwrap();
    // A share of liquid staking is worth what its balance says: one for one.
    assert_eq!(world.oracle.find(liquid()), world.market.find(weth()));
    world.set_oracle_price(usdc(), stub::dollars(2));
    world.publish_oracle().unwrap();
    assert_eq!(world.oracle.find(usdc()), Some(stub::dollars(2)));
    assert_eq!(world.market.find(usdc()), Some(stub::dollars(1)));
}

#[test]
fn what_a_venue_cannot_do_is_said() {
    let mut world = world(&[some(usdc(), 10_000)]);
    for (step, said) in [
        ("do = \"batch\", at = \"bank\", steps = []", "does not support batches"),
        ("do = \"deposit\", at = \"pool\", amount = \"all USDC\"", "`pool` is not a vault"),
        ("do = \"deposit\", at = \"savings\", amount = \"1 WETH\"", "the wallet holds 0 WETH"),
        ("do = \"collect\", at = \"pool\"", "to collect"),
        ("do = \"harvest\", at = \"chef\"", "does not support harvests"),
        ("do = \"request\", at = \"savings\", amount = \"all saUSDC\"", "there is no saUSDC"),
        ("do = \"swap\", at = \"savings\", from = \"all USDC\", to = \"saUSDC\"", "`savings` is not a pool"),
    ] {
        let message = refused(&mut world, &[step]);
        assert!(message.contains(said), "{step}: {message}");
    }
}

#[test]
fn dust_that_nobody_redeems_stands_in_nobodys_way() {
    let mut world = world(&[some(usdc(), 10_000)]);
    // A share of a vault that holds nothing is worth nothing, and cannot be redeemed.
    let dust = TokenAmount::new(farm_share(), U256::ONE);
    world.fund(&[dust]).unwrap();
    refused(&mut world, &["do = \"redeem\", at = \"farm\", amount = \"all farm-share\""]);
    done(&mut world, &["do = \"zap\", at = \"pool\", amount = \"50% USDC\""]);
    done(&mut world, &["do = \"deposit\", at = \"savings\", amount = \"all USDC\""]);
    done(&mut world, &["do = \"harvest\", at = \"savings\""]);
    unwind(&mut world, &[usdc()]).unwrap();
    holds(&world);
    assert!(world.wallet(usdc()) > tokens(usdc(), 9_970), "{:?}", wallet(&world));
    assert_eq!(world.wallet(farm_share()), U256::ONE);
}

#[test]
fn incentives_reach_shares_that_stand_for_a_pools() {
    let mut world = world(&[some(usdc(), 10_000)]);
    let stream = Incentive {
        at: VenueId(5),
        per_day: some(reward(), 1_000),
        paid_for: PaidFor::Shares,
        from: None,
        to: None,
        boost: 1_000_000,
        earned: U256::ZERO,
    };
    assert!(world.cannot_pay(&stream).is_none());
    assert!(world.cannot_pay(&Incentive { at: VenueId(0), ..stream.clone() }).is_some());
    assert!(world.cannot_pay(&Incentive { at: VenueId(3), ..stream.clone() }).is_some(), "no shares there");
    let dai = stub::asset("FOO", 18);
    let unlisted = Incentive { at: VenueId(0), paid_for: PaidFor::Supply(dai), ..stream.clone() };
    assert!(world.cannot_pay(&unlisted).is_some());
    world.set_incentives(vec![stream]);
    done(
        &mut world,
        &[
            "do = \"zap\", at = \"pool\", amount = \"all USDC\"",
            "do = \"deposit\", at = \"farm\", amount = \"all pool-LP\"",
        ],
    );
    wait(&mut world, DAY);
    // Nobody else is in the vault.
    let [earned] = world.earned_incentives(VenueId(5))[..] else { panic!("one stream") };
    assert_eq!(earned.raw, tokens(reward(), 1_000));
}

#[test]
fn a_request_below_the_market_is_no_rounding() {
    let mut world = world(&[some(usdc(), 10_000), some(weth(), 10)]);
    done(&mut world, &["do = \"deposit\", at = \"liquid\", amount = \"all WETH\""]);
    world.move_prices([(liquid(), stub::dollars(1_900))]).unwrap();
    done(&mut world, &["do = \"request\", at = \"liquid\", amount = \"all eWETH\""]);
    // Ten times the hundred dollars that the market pays less than the queue, in marks.
    assert_eq!(booked(&world, Cause::Slippage), 1_000 * 1_000_000 * 1_000_000);
    assert_eq!(booked(&world, Cause::Rounding), 0);
}

/// Calls `act` in each farmer's seat.
fn each(world: &mut World, mut act: impl FnMut(&mut World)) {
    for farmer in world.farmers() {
        world.take_seat(farmer);
        act(world);
    }
}

/// A world with a second farmer of the same capital.
fn two(capital: &[TokenAmount]) -> World {
    let mut world = world(capital);
    let second = world.add_seat(usdc());
    world.take_seat(second);
    world.fund(capital).unwrap();
    world
}

#[test]
fn balances_grow_for_everybody_who_holds_them() {
    let mut world = two(&[some(usdc(), 10_000), some(weth(), 10)]);
    each(&mut world, |world| done(world, &["do = \"deposit\", at = \"liquid\", amount = \"all WETH\""]));
    wait(&mut world, 10 * DAY);
    each(&mut world, |world| {
        let held = world.wallet(liquid());
        assert_eq!(held, world.vault(VenueId(4)).unwrap().balance(world.farmer));
        assert!(held > tokens(liquid(), 10), "{held}");
        assert!(booked(world, Cause::Yield) > 0);
        holds(world);
    });
    // What one asks for does not take from the other.
    done(&mut world, &["do = \"request\", at = \"liquid\", amount = \"all eWETH\""]);
    each(&mut world, |world| holds(world));
}

#[test]
fn incentives_are_earned_and_claimed_by_each_for_himself() {
    let mut world = world(&[some(usdc(), 10_000)]);
    // Set before the seats are given out, streams are everybody's.
    world.set_incentives(vec![Incentive {
        at: VenueId(1),
        per_day: some(reward(), 1_000),
        paid_for: PaidFor::Shares,
        from: None,
        to: None,
        boost: 1_000_000,
        earned: U256::ZERO,
    }]);
    let second = world.add_seat(usdc());
    world.take_seat(second);
    world.fund(&[some(usdc(), 10_000)]).unwrap();
    let [first, second] = world.farmers()[..] else { panic!("two farmers") };
    for (farmer, part) in [(first, "60%"), (second, "20%")] {
        world.take_seat(farmer);
        done(&mut world, &[&format!("do = \"zap\", at = \"pool\", amount = \"{part} USDC\"")]);
    }
    wait(&mut world, DAY);
    let mut earned = Vec::new();
    each(&mut world, |world| earned.push(world.earned_incentives(VenueId(1))[0].raw));
    // Three times the shares, but for what the first one's zap has moved.
    let ratio = earned[0] * U256::from(1_000) / earned[1];
    assert!(ratio > U256::from(2_990) && ratio < U256::from(3_010), "{earned:?}");
    world.take_seat(first);
    done(&mut world, &["do = \"claim\", at = \"pool\""]);
    assert_eq!(world.wallet(reward()), earned[0]);
    world.take_seat(second);
    assert!(world.wallet(reward()).is_zero());
    assert_eq!(world.earned_incentives(VenueId(1))[0].raw, earned[1], "still his");
}

#[test]
fn what_goes_through_several_venues_counts_for_each() {
    use levmine_composer::Exposure;
    let mut world = world(&[some(usdc(), 10_000), some(weth(), 1)]);
    done(
        &mut world,
        &[
            "do = \"deposit\", at = \"savings\", amount = \"20% USDC\"",
            "do = \"zap\", at = \"pool\", amount = \"all USDC\"",
            "do = \"deposit\", at = \"chef\", amount = \"25% pool-LP\"",
            "do = \"deposit\", at = \"farm\", amount = \"all pool-LP\"",
            "do = \"supply\", at = \"bank\", amount = \"all WETH\"",
            "do = \"borrow\", at = \"bank\", amount = \"500 USDC\"",
        ],
    );
    let mut exposure = Exposure::new(&world, usdc());
    world.expose(&mut exposure).unwrap();
    let dollars = |mark: i128| mark / 1_000_000_000_000;
    let near = |mark: i128, whole: i128| assert!((dollars(mark) - whole).abs() <= 20, "{mark} {whole}");
    // 2,000 saved; 8,000 in the pool, of which a quarter is staked and the rest in the vault; an ether and 500 borrowed.
    near(exposure.assets, 2_000 + 8_000 + 2_000 + 500);
    assert!((exposure.assets - world.portfolio.assets()).abs() < 1_000_000_000);
    let [bank, pool, savings, chef, liquid, farm] = exposure.venues[..] else { panic!("six venues") };
    near(bank, 2_000);
    near(pool, 8_000);
    near(savings, 2_000);
    near(chef, 2_000);
    near(farm, 6_000);
    assert_eq!(liquid, 0);
    // Of tokens: half of the pool is ether, and savings are what was saved.
    let token = |asset: Asset| exposure.tokens.iter().find(|token| token.asset == asset).unwrap();
    near(token(weth()).held, 4_000 + 2_000);
    near(token(usdc()).held, 4_000 + 2_000 + 500);
    near(token(usdc()).owed, 500);
    let sum: i128 = exposure.tokens.iter().map(|token| token.held).sum();
    assert_eq!(sum, exposure.assets);
    // Two venues of one protocol are one protocol: the stubs of savings and of the farm.
    let by_protocol: i128 = exposure.protocols.iter().map(|(_, mark)| mark).sum();
    let by_venue: i128 = exposure.venues.iter().sum();
    assert_eq!(by_protocol, by_venue, "none goes through two venues of one protocol");
    exposure.clear();
    assert_eq!((exposure.assets, exposure.venues.iter().sum::<i128>()), (0, 0));
}
