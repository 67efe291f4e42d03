//! Secrets that open something: drawn from the system's chance, shown once, kept as a hash.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// Bytes of chance: nobody guesses one.
const BYTES: usize = 32;

/// A secret that its holder shows. It has no `Debug`: it must not be logged.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// # Errors
    /// When the system gives no random bytes.
    pub fn random() -> anyhow::Result<Self> {
        let mut bytes = [0; BYTES];
        getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("no random bytes from the system: {error}"))?;
        Ok(Self(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// What somebody shows, if it has the shape of one that we gave.
    pub fn parse(shown: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(shown).ok()?;
        (bytes.len() == BYTES).then(|| Self(shown.to_owned()))
    }

    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    pub fn hash(&self) -> String {
        self.derive("token")
    }

    /// Another secret that whoever holds this one can show, and nobody else: the token of its forms.
    pub fn derive(&self, purpose: &str) -> String {
        let mut hash = Sha256::new();
        for part in ["declic-console", purpose, &self.0] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        URL_SAFE_NO_PAD.encode(hash.finalize())
    }
}

/// A short name that nobody guesses, for rows.
///
/// # Errors
/// When the system gives no random bytes.
pub fn random_id() -> anyhow::Result<String> {
    Ok(Token::random()?.0[..16].to_owned())
}

/// Compares without telling by its time where the difference is.
pub fn same(one: &str, other: &str) -> bool {
    let different = one.bytes().zip(other.bytes()).fold(0, |sum, (one, other)| sum | (one ^ other));
    one.len() == other.len() && different == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_unguessable_recognised_and_kept_as_hashes() {
        let (one, other) = (Token::random().unwrap(), Token::random().unwrap());
        assert!(one.reveal() != other.reveal() && one.hash() != other.hash());
        assert!(!one.hash().contains(one.reveal()) && one.hash() != one.derive("form"));
        assert!(Token::parse(one.reveal()).is_some_and(|read| read == one));
        for wrong in ["", "abc", "../../etc/passwd", &one.reveal()[1..], "é"] {
            assert!(Token::parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn only_the_same_is_the_same() {
        assert!(same("abc", "abc"));
        assert!(!same("abc", "abd") && !same("abc", "ab") && !same("", "a"));
    }
}
