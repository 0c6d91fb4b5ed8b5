//! Governance through the trait: what the contracts `file`.

use levmine_lending::{Change, Context, LendingError, Setting};
use levmine_math::{U256, Wad};
use rust_decimal::Decimal;

use crate::dss::{cat, dog, jug, spotter, vat};
use crate::fee::per_second;
use crate::market::MakerMarket;
use crate::math::RAY;
use crate::revision::Revision;

/// A wad in a ray.
const RAY_PER_WAD: u64 = 1_000_000_000;

/// Changes a parameter of the vault type. It may be named by its collateral or by DAI.
pub(crate) fn govern(
    market: &mut MakerMarket,
    change: &Change,
    ctx: &Context<'_>,
) -> Result<(), LendingError> {
    let unfit = || change.unfit(crate::PROTOCOL);
    if let Some(asset) = change.asset {
        market.knows(asset)?;
    }
    let (ilk, now) = (market.ilk, market.clock(ctx.now));
    let ray = |part: Wad| part.raw().checked_mul(U256::from(RAY_PER_WAD)).ok_or_else(unfit);
    match change.to {
        // A new fee is filed right after the fees up to now have been taken: the Jug refuses it otherwise.
        Setting::StabilityFee(part) => {
            let duty = decimal(part).and_then(per_second).ok_or_else(unfit)?;
            market.transact(now, |dss| {
                jug::drip(dss, ilk, now)?;
                jug::file_ilk(dss, ilk, "duty", duty, now)
            })?;
        }
        Setting::LiquidationRatio(part) => {
            let mat = ray(part)?;
            if mat < RAY {
                return Err(unfit());
            }
            market.transact(now, |dss| {
                spotter::file_ilk(dss, ilk, "mat", mat)?;
                spotter::poke(dss, ilk)
            })?;
        }
        // The penalty on the debt that an auction is to bring in, with the 100 %.
        Setting::LiquidationBonus(part) => {
            let chop = part.add(Wad::ONE)?;
            let revision = market.dss.revision;
            let in_ray = ray(chop)?;
            market.transact(now, |dss| match revision {
                Revision::V2_0 => dog::file_ilk(dss, ilk, "chop", chop.raw()),
                Revision::V1_2_8 => cat::file_ilk(dss, ilk, "chop", chop.raw()),
                Revision::V1_0_2 => cat::file_ilk(dss, ilk, "chop", in_ray),
            })?;
        }
        // The debt ceiling of the vault type, rad; a type without one cannot be.
        Setting::BorrowCap(cap) => {
            let line = cap.and_then(|cap| cap.checked_mul(RAY)).ok_or_else(unfit)?;
            market.transact(now, |dss| vat::file_ilk(dss, ilk, "line", line))?;
        }
        _ => return Err(change.unknown(crate::PROTOCOL)),
    }
    Ok(())
}

fn decimal(part: Wad) -> Option<Decimal> {
    let raw = i128::try_from(part.raw()).ok()?;
    Decimal::try_from_i128_with_scale(raw, 18).ok()
}
