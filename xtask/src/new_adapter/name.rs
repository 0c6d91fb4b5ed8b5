use crate::error::TaskError;

/// The name of an adapter in its spellings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AdapterName {
    kebab: String,
}

const ACCEPTED: &str = "1 to 32 lower-case letters and digits in parts joined by single hyphens, a letter first, \
                        like uniswap-v2";

impl AdapterName {
    /// Reads a name in kebab case.
    pub(crate) fn parse(text: &str) -> Result<Self, TaskError> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let good = text.len() <= 32
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.split('-').all(|part| !part.is_empty() && part.chars().all(plain));
        if good {
            Ok(Self { kebab: text.into() })
        } else {
            Err(TaskError::Name { name: text.into(), accepted: ACCEPTED })
        }
    }

    /// `uniswap-v2`: in files and folders.
    pub(crate) fn kebab(&self) -> &str {
        &self.kebab
    }

    /// `levmine-uniswap-v2`: the package.
    pub(crate) fn package(&self) -> String {
        format!("levmine-{}", self.kebab)
    }

    /// `levmine_uniswap_v2`: the crate.
    pub(crate) fn library(&self) -> String {
        self.package().replace('-', "_")
    }

    /// `Uniswap V2`: for people.
    pub(crate) fn title(&self) -> String {
        self.kebab.split('-').map(capital).collect::<Vec<_>>().join(" ")
    }

    /// `UniswapV2`: the beginning of its types' names, without `kind` where the name ends so, because the types'
    /// names do too.
    pub(crate) fn type_prefix(&self, kind: &str) -> String {
        let whole: String = self.kebab.split('-').map(capital).collect();
        match whole.strip_suffix(kind) {
            Some(rest) if !rest.is_empty() => rest.into(),
            _ => whole,
        }
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_five_spellings() {
        let name = AdapterName::parse("uniswap-v2").expect("a name");
        assert_eq!(name.kebab(), "uniswap-v2");
        assert_eq!(name.package(), "levmine-uniswap-v2");
        assert_eq!(name.library(), "levmine_uniswap_v2");
        assert_eq!(name.title(), "Uniswap V2");
        assert_eq!(name.type_prefix("Pool"), "UniswapV2");
        // No MyPoolPool.
        assert_eq!(AdapterName::parse("my-pool").expect("a name").type_prefix("Pool"), "My");
        assert_eq!(AdapterName::parse("pool").expect("a name").type_prefix("Pool"), "Pool");
    }

    #[test]
    fn other_spellings_are_refused() {
        for bad in [
            "",
            "Uniswap",
            "uniswap_v2",
            "-a",
            "a-",
            "a--b",
            "2pool",
            "größe",
            "a b",
            "../a",
            "a/b",
            &"a".repeat(33),
        ] {
            assert!(AdapterName::parse(bad).is_err(), "{bad}");
        }
        assert!(AdapterName::parse(&"a".repeat(32)).is_ok());
    }
}
