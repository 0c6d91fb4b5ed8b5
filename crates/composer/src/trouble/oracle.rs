//! An oracle that says something else than it should.

use levmine_market::{Asset, Price};
use levmine_math::{Rounding, U256, Wad};

use crate::{OracleView, StepError, World};

/// What is wrong with what the oracle says of an asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OracleTrouble {
    /// It says this, whatever the market does.
    Says(Price),
    /// It says what it should, times a factor.
    Times(Wad),
}

impl World {
    /// Lets the oracle say something wrong of an asset, or the right thing again. It holds from the next time it publishes.
    pub fn trouble_oracle(&mut self, asset: Asset, trouble: Option<OracleTrouble>) {
        self.trouble.oracle.retain(|(known, _)| *known != asset);
        if trouble.is_none() {
            self.trouble.undisturbed.retain(|(known, _)| *known != asset);
        }
        self.trouble.oracle.extend(trouble.map(|trouble| (asset, trouble)));
    }

    /// What the oracle would say of an asset if nothing were wrong with it, as of the last time it published.
    #[must_use]
    pub fn undisturbed(&self, asset: Asset) -> Option<Price> {
        let known = self.trouble.undisturbed.iter().find(|(known, _)| *known == asset);
        known.map(|(_, price)| *price).or_else(|| self.oracle.find(asset))
    }

    /// Puts into the oracle's book what it says wrongly: of the assets that it sees like others, or of all the rest. The
    /// rest comes first, so that what is seen like them is as wrong as they are.
    pub(crate) fn misreport(&mut self, likes: bool) -> Result<(), StepError> {
        for at in 0..self.trouble.oracle.len() {
            let Some((asset, trouble)) = self.trouble.oracle.get(at).copied() else { continue };
            let like = |view: &OracleView| matches!(view, OracleView::Like(known, _) if *known == asset);
            if self.views.iter().any(like) != likes {
                continue;
            }
            let Some(said) = self.oracle.find(asset) else { continue };
            self.trouble.undisturbed.retain(|(known, _)| *known != asset);
            self.trouble.undisturbed.push((asset, said));
            let price = match trouble {
                OracleTrouble::Says(price) => price,
                OracleTrouble::Times(factor) => times(said, factor)?,
            };
            self.oracle.set(asset, price);
        }
        Ok(())
    }
}

/// The price times a factor, rounded down, and never nothing: a price of zero would be no price.
pub(crate) fn times(price: Price, factor: Wad) -> Result<Price, StepError> {
    let product = price.0.mul(factor, Rounding::Down)?;
    Ok(Price(if product.is_zero() { Wad::from_raw(U256::ONE) } else { product }))
}
