//! `declic check --links`: whether the pages that the base points to still answer, and still say what they said.
//!
//! Asked politely: one page of a site at a time with a pause between two, HEAD then GET, as little of a page as tells
//! what it is. What failed is remembered in the data folder; what failed twice is no longer shown to agents.

mod memory;
mod probe;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use futures_util::{StreamExt as _, stream};
use tokio::time::sleep;

use crate::knowledge::SourceFile;
pub use memory::{Memory, broken};
pub use probe::Verdict;

/// Where a page is pointed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    pub file: PathBuf,
    pub line: u32,
}

/// How hard to ask.
#[derive(Debug, Clone, Copy)]
pub struct Manners {
    /// Sites asked at the same time.
    pub sites: usize,
    /// Between two pages of one site.
    pub pause: Duration,
    /// For one answer.
    pub patience: Duration,
}

impl Default for Manners {
    fn default() -> Self {
        Self { sites: 8, pause: Duration::from_secs(1), patience: Duration::from_secs(20) }
    }
}

/// Every address of the base, and where it stands.
pub fn collect(files: &[SourceFile]) -> BTreeMap<String, Vec<Mention>> {
    let mut links: BTreeMap<String, Vec<Mention>> = BTreeMap::new();
    for file in files.iter().filter(|file| file.path.extension().is_some_and(|kind| kind == "md" || kind == "yaml")) {
        for (line, text) in (1..).zip(file.text.lines()) {
            for url in addresses(text) {
                links.entry(url.to_owned()).or_default().push(Mention { file: file.path.clone(), line });
            }
        }
    }
    links
}

/// The addresses of one line, without the signs around them.
fn addresses(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = line;
    while let Some(start) = rest.find("http://").into_iter().chain(rest.find("https://")).min() {
        let from = &rest[start..];
        let end = from.find(|c: char| c.is_whitespace() || "\"'<>)]}".contains(c)).unwrap_or(from.len());
        let url = from[..end].trim_end_matches(['.', ',', ';']);
        // « https://… » in a comment is no address.
        found.extend((url.is_ascii() && url.len() > "https://".len()).then_some(url));
        rest = &from[end..];
    }
    found
}

/// Asks for every page, several sites at a time, and gives what was found by address.
///
/// # Errors
/// When the client cannot be made.
pub async fn check(urls: Vec<String>, manners: Manners) -> anyhow::Result<BTreeMap<String, Verdict>> {
    let client = probe::client(manners.patience).context("cannot make an HTTP client")?;
    let mut sites: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for url in urls {
        sites.entry(site(&url).to_owned()).or_default().push(url);
    }
    let asked = stream::iter(sites.into_values()).map(|pages| one_site(&client, pages, manners));
    let answers: Vec<Vec<(String, Verdict)>> = asked.buffer_unordered(manners.sites.max(1)).collect().await;
    Ok(answers.into_iter().flatten().collect())
}

async fn one_site(client: &reqwest::Client, pages: Vec<String>, manners: Manners) -> Vec<(String, Verdict)> {
    let mut found = Vec::new();
    for (number, url) in pages.into_iter().enumerate() {
        if number > 0 {
            sleep(manners.pause).await;
        }
        let verdict = probe::ask(client, &url).await;
        found.push((url, verdict));
    }
    found
}

/// `example.org:8443` of `https://example.org:8443/path`.
fn site(url: &str) -> &str {
    url.split_once("://").map_or(url, |(_, rest)| rest).split(['/', '?', '#']).next().unwrap_or_default()
}

/// What an editor reads: by file and line, only what is worth a look.
pub fn report(
    links: &BTreeMap<String, Vec<Mention>>,
    found: &BTreeMap<String, Verdict>,
    memory: &Memory,
) -> Vec<String> {
    let mut lines: Vec<(&Path, u32, String)> = Vec::new();
    for (url, verdict) in found {
        let Some(words) = verdict.words() else { continue };
        let hidden = if memory.is_broken(url) { " (caché aux agents)" } else { "" };
        for mention in links.get(url).into_iter().flatten() {
            lines.push((&mention.file, mention.line, format!("{words}{hidden}\n    {url}")));
        }
    }
    lines.sort();
    lines.into_iter().map(|(file, line, words)| format!("{}:{line} : {words}", file.display())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_without_the_signs_around_them() {
        let line = r#"  - { url: "https://a.fr/x?y=1", lang: fr } [b](http://b.fr/c). https://… ici https://c.fr,"#;
        assert_eq!(addresses(line), ["https://a.fr/x?y=1", "http://b.fr/c", "https://c.fr"]);
        assert_eq!(site("https://a.fr:8443/x"), "a.fr:8443");
    }
}
