//! What failed before, kept as JSON in the data folder: one failure may be a bad day, two in a row are not.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use super::Verdict;
use crate::clock::Timestamp;

const FILE: &str = "links.json";
/// Failures in a row from which agents see a link no more.
const ENOUGH: u32 = 2;

/// The links that failed the last time they were asked for, by address.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Memory(BTreeMap<String, Failed>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Failed {
    failures: u32,
    why: String,
    last: Timestamp,
}

impl Memory {
    /// # Errors
    /// When the file is there and cannot be read.
    pub fn open(data: &Path) -> anyhow::Result<Self> {
        let path = data.join(FILE);
        match std::fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).with_context(|| format!("cannot read {}", path.display())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
        }
    }

    /// Counts what was found; a page that answers is forgiven. Pages that were not asked for are forgotten.
    pub fn learn(&mut self, found: &BTreeMap<String, Verdict>, now: Timestamp) {
        let mut learnt = BTreeMap::new();
        for (url, verdict) in found.iter().filter(|(_, verdict)| verdict.is_failure()) {
            let before = self.0.get(url).map_or(0, |failed| failed.failures);
            let why = verdict.words().unwrap_or_default();
            learnt.insert(url.clone(), Failed { failures: before.saturating_add(1), why, last: now });
        }
        self.0 = learnt;
    }

    /// Written beside, then put in place: whoever reads sees the old one or the new one.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn keep(&self, data: &Path) -> anyhow::Result<()> {
        let (path, draft) = (data.join(FILE), data.join("links.json.new"));
        std::fs::create_dir_all(data).with_context(|| format!("cannot make {}", data.display()))?;
        std::fs::write(&draft, serde_json::to_vec_pretty(self)?)?;
        std::fs::rename(&draft, &path).with_context(|| format!("cannot write {}", path.display()))
    }

    pub fn is_broken(&self, url: &str) -> bool {
        self.0.get(url).is_some_and(|failed| failed.failures >= ENOUGH)
    }

    pub fn broken(&self) -> BTreeSet<String> {
        self.0.keys().filter(|url| self.is_broken(url)).cloned().collect()
    }
}

/// The addresses that agents should not be sent to. A memory that cannot be read hides nothing, and says so in the log.
pub fn broken(data: &Path) -> BTreeSet<String> {
    Memory::open(data).map(|memory| memory.broken()).unwrap_or_else(|error| {
        tracing::warn!(?error, "failed to read which links are broken");
        BTreeSet::new()
    })
}
