//! The worked examples of the fact sheet, digit for digit.

use levmine_lending::{Amount, Context, LendingMarket};
use levmine_maker::{Dss, MakerMarket, Who};
use levmine_market::{Account, Dump};
use levmine_math::{Ray, U256, ray_pow};

use crate::markets::{ALICE, BOB, KEEPER, START, asset, big, build, call, later, prices, tokens};

const FIVE_PERCENT: &str = "1000000001547125957863212448";
const RATE: &str = "1050140364647969112367927232";
const RAD: &str = "000000000000000000000000000000000000000000000";

/// One vault type with this state, a price and terms.
fn market(price: &str, more: &str) -> MakerMarket {
    build(&format!(
        r#"
        vault_type = "ETH-A"
        collateral = "WETH"
        [state]
        time = "{time}"
        [state.users]
        nobody = {{}}
        alice = {{}}
        bob = {{}}
        keeper = {{}}
        [state.vat]
        Line = "1000000000{RAD}"
        [state.vat.ilk.ETH-A]
        Art = "{total}"
        rate = "{RATE}"
        line = "1000000000{RAD}"
        [state.jug.ETH-A]
        duty = "1000000000000000000000000000"
        rho = "{time}"
        [state.spotter]
        par = "1000000000000000000000000000"
        ETH-A = {{ mat = "1450000000000000000000000000" }}
        [state.pip.ETH-A]
        val = "{price}000000000000000000"
        has = "1"
        {more}
        "#,
        time = START.time.0,
        total = if more.is_empty() { "0" } else { "12379297508821970756540" },
    ))
}

/// A vault of 10 ETH with 13,000 DAI of debt, and auctions of May 2022.
fn indebted(hole: &str, dust: &str) -> MakerMarket {
    let more = format!(
        r#"
        [state.vat.urn.ETH-A.alice]
        ink = "10000000000000000000"
        art = "12379297508821970756540"
        [state.vat.dai]
        bob = "50000{RAD}"
        [state.dog]
        Hole = "100000000{RAD}"
        ETH-A = {{ chop = "1130000000000000000", hole = "{hole}{RAD}" }}
        [state.clip.ETH-A]
        buf = "1200000000000000000000000000"
        tail = "8400"
        cusp = "400000000000000000000000000"
        chip = "1000000000000000"
        tip = "300{RAD}"
        [state.calc.ETH-A]
        step = "90"
        cut = "990000000000000000000000000"
        "#
    );
    let mut market = market("1800", &more);
    let file = |what: &str, data: &str| {
        format!("by = \"admin\"\nilk = \"ETH-A\"\nwhat = \"{what}\"\ndata = \"{data}\"")
    };
    call(&mut market, "vat.file_ilk", &file("dust", &format!("{dust}{RAD}")), START).expect("filed");
    call(&mut market, "spotter.poke", "ilk = \"ETH-A\"", START).expect("poked");
    market
}

fn urn(dss: &Dss, owner: Account) -> (U256, U256) {
    let urn = dss.ilks[0].urns.get(Who::from(owner));
    (urn.ink, urn.art)
}

fn dai(dss: &Dss, owner: impl Into<Who>) -> U256 {
    dss.vat.dai.get(owner.into())
}

fn text(dump: &Dump, key: &str) -> U256 {
    match dump.get(key) {
        Some(Dump::Text(text)) => big(text),
        other => panic!("{key}: {other:?}"),
    }
}

/// Example 1.
#[test]
fn powers_associate_as_in_the_contracts() {
    let base = Ray::from_raw(big(FIVE_PERCENT));
    for (seconds, power) in [
        (1, FIVE_PERCENT),
        (2, "1000000003094251918120023625"),
        (86_400, "1000133680617113440350406888"),
        (31_536_000, "1049999999999999999961070145"),
    ] {
        assert_eq!(ray_pow(base, seconds).expect("fits").raw(), big(power), "{seconds}");
    }
}

/// Example 2.
#[test]
fn a_drip_after_a_day() {
    let mut market = build(&format!(
        "collateral = \"WETH\"\nvault_type = \"ETH-A\"\n\
         [state.vat.ilk.ETH-A]\nrate = \"1050000000000000000000000000\"\n\
         [state.jug.ETH-A]\nduty = \"{FIVE_PERCENT}\"\nrho = \"{}\"",
        START.time.0
    ));
    let done = call(&mut market, "jug.drip", "ilk = \"ETH-A\"", later(86_400)).expect("dripped");
    assert_eq!(text(&done, "rate"), big(RATE));
    assert_eq!(big(RATE) - big("1050000000000000000000000000"), big("140364647969112367927232"));
}

/// Example 3.
#[test]
fn a_draw_takes_one_more_than_the_quotient() {
    let mut market = market("2000", "");
    let prices = prices(2_000);
    let ctx = Context { now: START, prices: &prices };
    let weth = asset("WETH");
    market.supply(ALICE.into(), weth, Amount::Exact(tokens(weth, 10)), &ctx).expect("locked");
    call(&mut market, "spotter.poke", "ilk = \"ETH-A\"", START).expect("poked");
    assert_eq!(market.dss().ilks[0].vat.spot, big("1379310344827586206896551724137"));
    let frob = |dart: &str| {
        format!(
            "by = \"alice\"\nilk = \"ETH-A\"\nu = \"alice\"\nv = \"alice\"\nw = \"alice\"\ndink = \"0\"\ndart = \"{dart}\""
        )
    };
    let mut most = market.clone();
    let refused = call(&mut most, "vat.frob", &frob("13134533165858854914101"), START);
    assert_eq!(refused.expect_err("not safe").code(), Some("Vat/not-safe"));
    call(&mut most, "vat.frob", &frob("13134533165858854914100"), START).expect("the most");
    assert_eq!(dai(most.dss(), ALICE) / Ray::ONE.raw(), big("13793103448275862068964"));
    let wad = tokens(asset("DAI"), 10_000);
    market.borrow(ALICE.into(), asset("DAI"), Amount::Exact(wad), &ctx).expect("drawn");
    assert_eq!(urn(market.dss(), ALICE).1, big("9522536545247669812723"));
    assert_eq!(dai(market.dss(), ALICE), big("23992503146520621131772736"));
    assert_eq!(market.dss().dai.supply, wad);
}

/// The auction of example 4 has begun.
fn auctioned() -> MakerMarket {
    let mut market = indebted("65000000", "15000");
    // Below the least debt, but unsafe: all of it goes.
    let done = call(&mut market, "dog.bark", "ilk = \"ETH-A\"\nurn = \"alice\"\nkpr = \"keeper\"", START);
    assert_eq!(text(&done.expect("unsafe"), "id"), U256::ONE);
    market
}

/// Example 4.
#[test]
fn an_unsafe_vault_goes_into_an_auction() {
    let market = auctioned();
    let dss = market.dss();
    assert_eq!(dss.ilks[0].vat.spot, big("1241379310344827586206896551724"));
    assert_eq!(urn(dss, ALICE), (U256::ZERO, U256::ZERO));
    assert_eq!(
        dss.vat.sin.get(Who::Vow) - big("314690000000000000000000153910848327459302140149"),
        big("13000000000000000000000136204290555273718708097280")
    );
    let sale = dss.ilks[0].clip.sales.get(1);
    assert_eq!(sale.tab, big("14690000000000000000000153910848327459302140149926"));
    assert_eq!(sale.lot, big("10000000000000000000"));
    assert_eq!(sale.top, big("2160000000000000000000000000000"));
    // Example 5: what the keeper gets.
    assert_eq!(dai(dss, KEEPER), big("314690000000000000000000153910848327459302140149"));
}

/// Example 4, with room for 5,000 DAI only.
#[test]
fn a_limit_takes_a_part() {
    let mut market = indebted("5000", "1000");
    call(&mut market, "dog.bark", "ilk = \"ETH-A\"\nurn = \"alice\"\nkpr = \"keeper\"", START)
        .expect("unsafe");
    let dss = market.dss();
    let (ink, art) = urn(dss, ALICE);
    assert_eq!(big("12379297508821970756540") - art, big("4213511745684809651647"));
    assert_eq!(big("10000000000000000000") - ink, big("3403675970047651463"));
    assert_eq!(dss.vow.queued, big("4424778761061946902654515434964035887041364951104"));
}

/// Example 5.
#[test]
fn an_auctions_price_falls_in_steps() {
    let mut market = auctioned();
    for (elapsed, price) in [
        (89, "2160000000000000000000000000000"),
        (90, "2138400000000000000000000000000"),
        (900, "1953465282019017698421600000000"),
        (1_800, "1766678985210018681120669107760"),
        (3_600, "1444978998510509910106811373840"),
    ] {
        let status = call(&mut market, "clip.getStatus", "ilk = \"ETH-A\"\nid = \"1\"", later(elapsed));
        let status = status.expect("a status");
        assert_eq!(text(&status, "price"), big(price), "{elapsed}");
        assert_eq!(status.get("needsRedo"), Some(&Dump::Boolean(false)));
    }
    let status =
        call(&mut market, "clip.getStatus", "ilk = \"ETH-A\"\nid = \"1\"", later(8_340)).expect("a status");
    let ratio = text(&status, "price") * Ray::ONE.raw() / big("2160000000000000000000000000000");
    assert_eq!(ratio, big("396677806422025438749065577"));
    assert_eq!(status.get("needsRedo"), Some(&Dump::Boolean(true)));
    call(&mut market, "clip.upchost", "ilk = \"ETH-A\"", later(8_340)).expect("looked up");
    assert_eq!(market.dss().ilks[0].clip.chost, big(&format!("16950{RAD}")));
}

fn take(market: &mut MakerMarket, elapsed: u64) -> U256 {
    let before = dai(market.dss(), BOB);
    call(market, "vat.hope", "by = \"bob\"\nusr = \"clip.ETH-A\"", later(elapsed)).expect("hoped");
    let all = format!(
        "by = \"bob\"\nilk = \"ETH-A\"\nid = \"1\"\namt = \"{0}\"\nmax = \"{0}\"\nwho = \"bob\"",
        U256::MAX
    );
    call(market, "clip.take", &all, later(elapsed)).expect("bought");
    before - dai(market.dss(), BOB)
}

/// Example 5: bought after half an hour.
#[test]
fn a_buyer_pays_no_more_than_is_asked_for() {
    let mut market = auctioned();
    let paid = take(&mut market, 1_800);
    let dss = market.dss();
    assert_eq!(paid, big("14690000000000000000000153910848327459302140149926"));
    let slice = dss.ilks[0].gem.get(BOB.into());
    assert_eq!(slice, big("8315036360866480239"));
    assert_eq!(dss.ilks[0].gem.get(ALICE.into()), big("1684963639133519761"));
    assert_eq!(paid - slice * big("1766678985210018681120669107760"), big("861490280283267149370338595286"));
    assert!(dss.ilks[0].clip.active.is_empty());
    assert_eq!((dss.dog.dirt, dss.ilks[0].dog.dirt), (U256::ZERO, U256::ZERO));
}

/// Example 5: bought after an hour, for less than is asked for but more than the debt.
#[test]
fn a_late_buyer_gets_the_whole_lot() {
    let mut market = auctioned();
    let paid = take(&mut market, 3_600);
    let dss = market.dss();
    assert_eq!(paid, big("14449789985105099101068113738400000000000000000000"));
    assert!(paid > big("13000000000000000000000136204290555273718708097280"));
    assert_eq!(dss.ilks[0].gem.get(BOB.into()), big("10000000000000000000"));
    assert_eq!(dss.dog.dirt, U256::ZERO);
}

/// Example 6, through the trait.
#[test]
fn savings_round_in_favour_of_the_pot() {
    let mut market = build(&format!(
        "collateral = \"WETH\"\n[state]\ntime = \"{0}\"\n[state.pot]\ndsr = \"{FIVE_PERCENT}\"\n\
         chi = \"1010000000000000000000000000\"\nrho = \"{0}\"\n\
         [state.dai]\ntotalSupply = \"1000000000000000000000\"\n[state.vat]\ndebt = \"1000{RAD}\"\n\
         [state.vat.dai]\ndaijoin = \"1000{RAD}\"",
        START.time.0
    ));
    let (dai, prices, now) = (asset("DAI"), prices(2_000), later(3_600));
    let wad = tokens(dai, 1_000);
    market.supply(ALICE.into(), dai, Amount::Exact(wad), &Context { now, prices: &prices }).expect("saved");
    assert_eq!(market.dss().pot.chi, big("1010005625365644093102605888"));
    assert_eq!(market.dss().pot.pie.get(ALICE.into()), big("990093495407986625603"));
    assert_eq!(market.supplied(ALICE, dai, now).expect("read"), wad - U256::ONE);
}
