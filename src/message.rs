//! The envelopes between the platforms, the store and the loops.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::dialogue::turn::{Input, Reply};

/// Which platform a conversation lives on. Also the prefix of its [`ConversationId`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PlatformKind {
    Matrix,
    Discord,
    Web,
    Terminal,
}

impl PlatformKind {
    pub const ALL: [Self; 4] = [Self::Matrix, Self::Discord, Self::Web, Self::Terminal];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Matrix => "matrix",
            Self::Discord => "discord",
            Self::Web => "web",
            Self::Terminal => "terminal",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// A conversation on one platform, e.g. `matrix:!abc:example.org`. Made by the platform, opaque to everyone else.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ConversationId {
    platform: PlatformKind,
    whole: String,
}

impl ConversationId {
    pub fn new(platform: PlatformKind, address: &str) -> Self {
        Self { platform, whole: format!("{}:{address}", platform.as_str()) }
    }

    pub fn parse(whole: &str) -> Option<Self> {
        let (platform, _) = whole.split_once(':')?;
        Some(Self { platform: PlatformKind::parse(platform)?, whole: whole.to_owned() })
    }

    pub fn platform(&self) -> PlatformKind {
        self.platform
    }

    /// The platform's own name for it: a room id, a random token, a terminal's label.
    pub fn address(&self) -> &str {
        &self.whole[self.platform.as_str().len() + 1..]
    }

    pub fn as_str(&self) -> &str {
        &self.whole
    }
}

impl fmt::Display for ConversationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.whole)
    }
}

impl TryFrom<String> for ConversationId {
    type Error = String;

    fn try_from(whole: String) -> Result<Self, String> {
        Self::parse(&whole).ok_or_else(|| format!("not a conversation id: {whole}"))
    }
}

impl From<ConversationId> for String {
    fn from(id: ConversationId) -> Self {
        id.whole
    }
}

/// The platform's own name for an event, unique within a conversation. Receiving it twice changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EventId(pub String);

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a platform hands to the inbox.
#[derive(Debug, Clone, PartialEq)]
pub struct Incoming {
    pub conversation: ConversationId,
    pub event: EventId,
    pub input: Input,
    /// When the platform says that it happened; kept for the transcript, never used for ordering.
    pub at: Timestamp,
}

/// Names one reply for ever: derived from (conversation, event, index), so that a resend repeats it.
/// 24 characters: it fits a Matrix transaction id and a Discord nonce.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeliveryKey(String);

impl DeliveryKey {
    pub fn derive(conversation: &ConversationId, event: &EventId, index: usize) -> Self {
        use base64::Engine as _;
        use sha2::{Digest as _, Sha256};
        let mut hash = Sha256::new();
        for part in [conversation.as_str(), event.0.as_str(), &index.to_string()] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        let name = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(hash.finalize());
        Self(format!("d1{}", &name[..22]))
    }

    pub fn from_stored(key: String) -> Self {
        Self(key)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One reply on its way out.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    pub key: DeliveryKey,
    pub conversation: ConversationId,
    /// The event that this reply answers.
    pub event: EventId,
    pub reply: Reply,
    /// Nothing was said in this conversation before, as far as is kept: a platform may add its own notice.
    pub first: bool,
    /// How often it was tried before this time.
    pub tries: u32,
}
