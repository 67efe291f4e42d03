//! What Discord sends, as far as we read it. Every field that we can do without may be missing: an event that cannot be
//! read would be a person without an answer.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;

/// Milliseconds from 1970 to Discord's own year one.
const EPOCH: i64 = 1_420_070_400_000;

/// An id of Discord: a number in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Id(pub u64);

impl Id {
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }

    /// When it was given.
    pub fn at(self) -> Timestamp {
        let millis = i64::try_from(self.0 >> 22).unwrap_or_default() + EPOCH;
        Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Id {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Text(String),
            Number(u64),
        }
        match Written::deserialize(deserializer)? {
            Written::Number(number) => Ok(Self(number)),
            Written::Text(text) => Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not an id")),
        }
    }
}

/// One event of the gateway, its data still raw.
#[derive(Deserialize)]
pub struct Dispatch {
    #[serde(rename = "t", default)]
    pub name: Option<String>,
    #[serde(rename = "d", default)]
    pub data: serde_json::Value,
}

#[derive(Debug, Clone, Deserialize)]
pub struct User {
    pub id: Id,
    #[serde(default)]
    pub bot: bool,
    #[serde(default)]
    pub username: String,
    #[serde(default)]
    pub global_name: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Member {
    #[serde(default)]
    pub nick: Option<String>,
    #[serde(default)]
    pub user: Option<User>,
}

#[derive(Clone, Deserialize)]
pub struct Message {
    pub id: Id,
    pub channel_id: Id,
    #[serde(default)]
    pub guild_id: Option<Id>,
    #[serde(default)]
    pub author: Option<User>,
    #[serde(default)]
    pub content: String,
    #[serde(default)]
    pub edited_timestamp: Option<String>,
    #[serde(default)]
    pub mentions: Vec<User>,
    #[serde(default)]
    pub webhook_id: Option<Id>,
    #[serde(rename = "type", default)]
    pub kind: u8,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Deleted {
    pub id: Id,
    pub channel_id: Id,
    #[serde(default)]
    pub guild_id: Option<Id>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Gone {
    pub id: Id,
    /// A server that Discord itself cannot reach for the moment is not gone.
    #[serde(default)]
    pub unavailable: bool,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Ready {
    pub user: User,
    pub application: Application,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Application {
    pub id: Id,
}

#[derive(Clone, Deserialize)]
pub struct Interaction {
    pub id: Id,
    pub application_id: Id,
    #[serde(rename = "type")]
    pub kind: u8,
    pub token: String,
    #[serde(default)]
    pub data: Data,
    #[serde(default)]
    pub guild_id: Option<Id>,
    #[serde(default)]
    pub channel_id: Option<Id>,
    #[serde(default)]
    pub channel: Option<Channel>,
    #[serde(default)]
    pub member: Option<Member>,
    #[serde(default)]
    pub user: Option<User>,
    #[serde(default)]
    pub locale: Option<String>,
    #[serde(default)]
    pub app_permissions: Option<String>,
    /// The message that a button stands under.
    #[serde(default)]
    pub message: Option<Under>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Under {
    #[serde(default)]
    pub flags: u64,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Channel {
    #[serde(rename = "type", default)]
    pub kind: u8,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Data {
    pub name: String,
    pub options: Vec<Answered>,
    pub custom_id: String,
    pub values: Vec<String>,
    pub components: Vec<Row>,
}

#[derive(Clone, Deserialize)]
pub struct Answered {
    #[serde(default)]
    pub value: serde_json::Value,
    #[serde(default)]
    pub focused: bool,
}

/// A row of a window, or a label around one field.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Row {
    pub components: Vec<Field>,
    pub component: Option<Field>,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Field {
    pub value: Option<String>,
}

impl Interaction {
    /// Who did it.
    pub fn by(&self) -> Option<&User> {
        self.user.as_ref().or_else(|| self.member.as_ref()?.user.as_ref())
    }

    /// What that person is called there.
    pub fn name(&self) -> String {
        let nick = self.member.as_ref().and_then(|member| member.nick.clone());
        let user = self.by();
        nick.or_else(|| user?.global_name.clone()).or_else(|| Some(user?.username.clone())).unwrap_or_default()
    }

    pub fn typed(&self) -> Option<String> {
        let fields = self.data.components.iter().flat_map(|row| row.components.iter().chain(&row.component));
        fields.filter_map(|field| field.value.clone()).next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interaction_with_hardly_anything_is_read() {
        let bare =
            r#"{"id":"1","application_id":"2","type":3,"token":"t","data":{"custom_id":"x","component_type":2}}"#;
        let interaction: Interaction = serde_json::from_str(bare).unwrap();
        assert_eq!((interaction.id, interaction.data.custom_id.as_str()), (Id(1), "x"));
    }

    #[test]
    fn an_id_tells_its_time() {
        assert_eq!(Id(175_928_847_299_117_063).at().to_string(), "2016-04-30T11:18:25.796Z");
    }
}
