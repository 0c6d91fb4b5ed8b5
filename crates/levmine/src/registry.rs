use std::borrow::Cow;

use levmine_amm::PoolAdapter;
use levmine_composer::{Slot, StrategyFile, Venue, VenueSpec};
use levmine_config::{ConfigError, Node, Value};
use levmine_lending::LendingAdapter;
use levmine_market::{Asset, Assets, BlockClock, BuildContext, Descriptor, Timestamp};
use levmine_vault::VaultAdapter;

/// A protocol of any kind.
#[derive(Debug, Clone, Copy)]
pub enum Adapter {
    /// A lending market.
    Lending(LendingAdapter),
    /// A pool.
    Pool(PoolAdapter),
    /// A vault.
    Vault(VaultAdapter),
}

impl Adapter {
    /// What it says about itself.
    #[must_use]
    pub const fn descriptor(&self) -> &'static Descriptor {
        match self {
            Self::Lending(adapter) => adapter.descriptor,
            Self::Pool(adapter) => adapter.descriptor,
            Self::Vault(adapter) => adapter.descriptor,
        }
    }

    /// The kind in words.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Lending(_) => "lending",
            Self::Pool(_) => "pool",
            Self::Vault(_) => "vault",
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
                Adapter::Lending(levmine_alpha_homora::ADAPTER),
                Adapter::Lending(levmine_compound_v2::ADAPTER),
                Adapter::Lending(levmine_compound_v3::ADAPTER),
                Adapter::Pool(levmine_curve_stableswap::ADAPTER),
                Adapter::Vault(levmine_erc4626::ADAPTER),
                Adapter::Vault(levmine_lido::ADAPTER),
                Adapter::Lending(levmine_maker::ADAPTER),
                Adapter::Vault(levmine_masterchef::ADAPTER),
                Adapter::Lending(levmine_morpho_blue::ADAPTER),
                Adapter::Lending(levmine_synthetix::ADAPTER),
                Adapter::Pool(levmine_uniswap_v2::ADAPTER),
                Adapter::Pool(levmine_uniswap_v3::ADAPTER),
                Adapter::Vault(levmine_yearn::ADAPTER),
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

    /// Builds the venues of a strategy, in the order of its file. A venue may name the shares of another one wherever
    /// that stands: what cannot be built yet waits for the others. `assets` then knows the shares too. Adapters that count
    /// blocks are told the pace of `clock`, unless a table says another one.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] for an unknown protocol, or what an adapter does not accept in its table.
    pub fn build(
        &self,
        file: &StrategyFile,
        clock: &BlockClock,
        start: Timestamp,
    ) -> Result<(Vec<Slot>, Assets), ConfigError> {
        let mut assets = file.assets.clone();
        let mut built: Vec<Option<Slot>> = file.venues.iter().map(|_| None).collect();
        let mut issued = Vec::new();
        loop {
            let (mut waiting, mut wrong) = (None, None);
            let mut progress = false;
            for (spec, slot) in file.venues.iter().zip(&mut built) {
                if slot.is_some() {
                    continue;
                }
                match self.build_one(spec, &assets, clock, start) {
                    Ok(venue) => {
                        for share in shares(&venue) {
                            // A token of that name would be this share, and could be begun with without being issued.
                            let is_taken = match assets.get(share.symbol()) {
                                None => false,
                                Some(_) if issued.contains(&share) => true,
                                // A vault can be the issuer of a token that everybody knows.
                                Some(known) => known != share || !matches!(venue, Venue::Vault(_)),
                            };
                            if is_taken {
                                return Err(spec.table.invalid(format!(
                                    "a venue whose share, {share}, is not the name of another asset"
                                )));
                            }
                            issued.push(share);
                            assets.insert(share);
                        }
                        *slot = Some(Slot { name: spec.name.clone(), venue });
                        progress = true;
                    }
                    // What waits for the share of another venue is told only where nothing else is wrong.
                    Err(error) if waits_for_a_share(&error, file) => waiting = waiting.or(Some(error)),
                    Err(error) => wrong = wrong.or(Some(error)),
                }
            }
            match wrong.or(waiting) {
                None => break,
                Some(error) if !progress => return Err(error),
                Some(_) => {}
            }
        }
        Ok((built.into_iter().flatten().collect(), assets))
    }

    fn build_one(
        &self,
        spec: &VenueSpec,
        assets: &Assets,
        clock: &BlockClock,
        start: Timestamp,
    ) -> Result<Venue, ConfigError> {
        let table = self.paced(&spec.table, clock);
        let mut fields = table.fields()?;
        let protocol = fields.required("protocol", &self.names().collect::<Vec<_>>().join(", "))?;
        let name = protocol.text()?;
        let adapter = self.find(name).ok_or_else(|| protocol.unknown_name(name, self.names()))?;
        // Read by the composer, once all assets are known.
        fields.optional("incentives");
        let ctx = BuildContext { venue: &spec.name, assets, now: clock.at(start) };
        let venue = match adapter {
            Adapter::Lending(adapter) => Venue::Lending((adapter.build)(&mut fields, &ctx)?),
            Adapter::Pool(adapter) => Venue::Pool((adapter.build)(&mut fields, &ctx)?),
            Adapter::Vault(adapter) => Venue::Vault((adapter.build)(&mut fields, &ctx)?),
        };
        fields.finish()?;
        Ok(venue)
    }

    /// The table of a venue, with the pace of blocks where its adapter counts them and the table does not say it.
    fn paced<'a>(&self, table: &'a Node, clock: &BlockClock) -> Cow<'a, Node> {
        const KEY: &str = "block_time";
        let Value::Table(entries) = &table.value else { return Cow::Borrowed(table) };
        let value = |wanted: &str| entries.iter().find(|(key, _)| key == wanted).map(|(_, node)| node);
        let adapter = value("protocol").and_then(|node| self.find(node.text().ok()?));
        let counts = adapter.is_some_and(|adapter| {
            adapter.descriptor().parameters.iter().any(|parameter| parameter.key == KEY)
        });
        if !counts || value(KEY).is_some() || *clock == BlockClock::ETHEREUM {
            return Cow::Borrowed(table);
        }
        let pace = Value::Text(format!("{}ms", clock.milliseconds_per_block));
        let mut entries = entries.clone();
        entries.push((KEY.into(), Node { place: table.place.clone(), value: pace }));
        Cow::Owned(Node { value: Value::Table(entries), ..table.clone() })
    }
}

/// Whether an error is about the share of a venue of this file.
fn waits_for_a_share(error: &ConfigError, file: &StrategyFile) -> bool {
    let text = error.to_string();
    file.venues.iter().any(|venue| {
        ["-LP", "-share", "#"].iter().any(|end| text.contains(&format!("\"{}{end}", venue.name)))
    })
}

/// The shares that a venue issues for what is put into it.
fn shares(venue: &Venue) -> Vec<Asset> {
    match venue {
        Venue::Lending(_) => Vec::new(),
        Venue::Pool(pool) => pool.share().into_iter().collect(),
        Venue::Vault(vault) => vault.assets().iter().filter_map(|asset| vault.share(*asset)).collect(),
    }
}
