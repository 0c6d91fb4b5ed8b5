use levmine_amm::PoolAdapter;
use levmine_composer::{Slot, StrategyFile, Venue};
use levmine_config::ConfigError;
use levmine_lending::LendingAdapter;
use levmine_market::{Assets, BuildContext, Descriptor, Moment};

/// A protocol of any kind.
#[derive(Debug, Clone, Copy)]
pub enum Adapter {
    /// A lending market.
    Lending(LendingAdapter),
    /// A pool.
    Pool(PoolAdapter),
}

impl Adapter {
    /// What it says about itself.
    #[must_use]
    pub const fn descriptor(&self) -> &'static Descriptor {
        match self {
            Self::Lending(adapter) => adapter.descriptor,
            Self::Pool(adapter) => adapter.descriptor,
        }
    }

    /// The kind in words.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Lending(_) => "lending",
            Self::Pool(_) => "pool",
        }
    }
}

/// The protocols that a strategy can name.
#[derive(Debug, Clone)]
pub struct Registry {
    adapters: Vec<Adapter>,
}

impl Registry {
    /// The adapters of this repository: one line each.
    #[must_use]
    pub fn builtin() -> Self {
        Self {
            adapters: vec![
                Adapter::Lending(levmine_aave_v2::ADAPTER),
                Adapter::Lending(levmine_aave_v3::ADAPTER),
                Adapter::Lending(levmine_compound_v2::ADAPTER),
                Adapter::Lending(levmine_compound_v3::ADAPTER),
                Adapter::Lending(levmine_maker::ADAPTER),
                Adapter::Lending(levmine_morpho_blue::ADAPTER),
                Adapter::Pool(levmine_uniswap_v2::ADAPTER),
            ],
        }
    }

    /// A registry without protocols.
    #[must_use]
    pub const fn empty() -> Self {
        Self { adapters: Vec::new() }
    }

    /// The registry with one more protocol; one of the same name is replaced.
    #[must_use]
    pub fn with(mut self, adapter: Adapter) -> Self {
        self.adapters.retain(|known| known.descriptor().name != adapter.descriptor().name);
        self.adapters.push(adapter);
        self
    }

    /// All adapters, in the order of the registry.
    #[must_use]
    pub fn adapters(&self) -> &[Adapter] {
        &self.adapters
    }

    /// The adapter of this name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Adapter> {
        self.adapters.iter().find(|adapter| adapter.descriptor().name == name)
    }

    /// All names.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.adapters.iter().map(|adapter| adapter.descriptor().name)
    }

    /// Builds the venues of a strategy in the order of its file. Pools are built first, because a lending market may
    /// list their shares; `assets` then knows the shares too.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] for an unknown protocol, or what an adapter does not accept in its table.
    pub fn build(&self, file: &StrategyFile, now: Moment) -> Result<(Vec<Slot>, Assets), ConfigError> {
        let mut assets = file.assets.clone();
        let mut built: Vec<Option<Slot>> = file.venues.iter().map(|_| None).collect();
        for pools in [true, false] {
            for (spec, slot) in file.venues.iter().zip(&mut built) {
                let mut fields = spec.table.fields()?;
                let protocol = fields.required("protocol", &self.names().collect::<Vec<_>>().join(", "))?;
                let name = protocol.text()?;
                let adapter = self.find(name).ok_or_else(|| protocol.unknown_name(name, self.names()))?;
                if matches!(adapter, Adapter::Pool(_)) != pools {
                    continue;
                }
                let ctx = BuildContext { venue: &spec.name, assets: &assets, now };
                let venue = match adapter {
                    Adapter::Lending(adapter) => Venue::Lending((adapter.build)(&mut fields, &ctx)?),
                    Adapter::Pool(adapter) => Venue::Pool((adapter.build)(&mut fields, &ctx)?),
                };
                fields.finish()?;
                if let Venue::Pool(pool) = &venue
                    && let Some(share) = pool.share()
                {
                    // A token of that name would be this share, and could be begun with without being issued.
                    if assets.get(share.symbol()).is_some() {
                        return Err(spec.table.invalid(format!(
                            "a pool whose share, {share}, is not the name of another asset"
                        )));
                    }
                    assets.insert(share);
                }
                *slot = Some(Slot { name: spec.name.clone(), venue });
            }
        }
        Ok((built.into_iter().flatten().collect(), assets))
    }
}
