//! From an event of Discord to how it is acknowledged and what happened to a conversation. Pure: no request is made, the
//! store is not asked; what depends on it is left to `reader`.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::button::{Button, What};
use super::commands;
use super::draw::cut;
use super::event::{Deleted, Id, Interaction, Message};
use super::phrases::Phrases;
use super::place::{Place, missing};
use crate::config::DiscordPlace;
use crate::dialogue::turn::{ChoiceId, Input};
use crate::knowledge::Language;
use crate::message::{EventId, Incoming};

/// Discord's flag for what only one person sees.
pub const EPHEMERAL: u64 = 1 << 6;

const TEXT_LENGTH: u16 = 2000;
const MOST_SUGGESTIONS: usize = 25;
const SUGGESTION: usize = 100;
const WINDOW_TITLE: usize = 45;

/// What does not change from one event to the next.
#[derive(Debug)]
pub struct Ears {
    /// The coach's own account, once it is known.
    pub me: Id,
    pub phrases: Phrases,
    /// Where conversations of a server are held.
    pub place: DiscordPlace,
    /// Words without a mention are read in the coach's threads.
    pub free_text: bool,
    pub catalogue: Catalogue,
}

/// What is suggested while a name is typed.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    /// Id, French name, English name.
    pub methods: Vec<(String, String, String)>,
    pub terms: Vec<String>,
}

/// How an interaction is answered at once, and what follows from it.
#[derive(PartialEq)]
pub struct Reaction {
    /// The body of the callback.
    pub acknowledgement: Value,
    pub then: Then,
}

#[derive(PartialEq)]
pub enum Then {
    Nothing,
    Hear(Box<Heard>),
    Open(Box<Opening>),
    /// Somebody asks for a link into the console; only they see what is answered.
    Console(Box<Handle>),
}

/// Something for the inbox.
#[derive(PartialEq)]
pub struct Heard {
    pub place: Place,
    pub guild: Option<Id>,
    pub incoming: Vec<Incoming>,
    pub handle: Option<Handle>,
    pub given: Given,
}

/// What must hold for it to be heard.
#[derive(PartialEq)]
pub enum Given {
    Nothing,
    /// The message that it is about was heard.
    Known(EventId),
    /// The choice is one of the last reply.
    Latest(Button),
    /// The channel is a thread of the coach; else, when the coach was named, one is opened.
    Ours(Option<Box<Opening>>),
}

/// What is needed to answer an interaction. Good for fifteen minutes.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Handle {
    pub interaction: Id,
    pub application: Id,
    pub token: String,
    pub user: Id,
    /// A reply was promised and stands there as « is thinking »; else the interaction needs none.
    pub promised: bool,
    pub ephemeral: bool,
    pub language: Language,
}

/// A thread to be made for somebody.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Opening {
    /// The interaction or the message that asked for it.
    pub event: Id,
    pub guild: Id,
    pub channel: Id,
    pub user: Id,
    pub name: String,
    pub language: Language,
    /// The language is that of the person's Discord; a message tells none.
    pub reads: bool,
    pub project: Option<String>,
    pub handle: Option<Handle>,
}

impl Opening {
    /// What the new conversation begins with.
    pub fn incoming(&self, thread: Id) -> Vec<Incoming> {
        let input = match &self.project {
            Some(text) if !text.is_empty() => Input::Said { text: text.clone() },
            _ => Input::Joined,
        };
        let place = Place::Channel(thread);
        let reads = self.reads.then(|| reads(place, self.event, self.language));
        reads.into_iter().chain([incoming(place, self.event, input)]).collect()
    }
}

/// French for those whose Discord is French, English for all others.
pub fn language(locale: Option<&str>) -> Language {
    match locale {
        Some(locale) if !locale.starts_with("fr") => Language::English,
        _ => Language::French,
    }
}

fn incoming(place: Place, event: Id, input: Input) -> Incoming {
    Incoming { conversation: place.conversation(), event: EventId(event.to_string()), input, at: event.at() }
}

/// Said once per language and conversation: the inbox drops what it knows.
fn reads(place: Place, event: Id, language: Language) -> Incoming {
    let name = match language {
        Language::French => "reads:fr",
        Language::English => "reads:en",
    };
    Incoming {
        conversation: place.conversation(),
        event: EventId(name.to_owned()),
        input: Input::Reads { language },
        at: event.at(),
    }
}

impl Ears {
    pub fn interaction(&self, interaction: &Interaction) -> Option<Reaction> {
        match interaction.kind {
            2 => self.command(interaction),
            3 => self.pressed(interaction),
            4 => Some(self.suggest(interaction)),
            5 => self.typed(interaction),
            _ => None,
        }
    }

    fn command(&self, interaction: &Interaction) -> Option<Reaction> {
        let language = language(interaction.locale.as_deref());
        let Some(command) = commands::named(&self.phrases, &interaction.data.name) else {
            return Some(only_for_you(self.phrases.say("unknown-button", language)));
        };
        if command == commands::CONSOLE {
            let then = Then::Console(Box::new(handle(interaction, true, true)?));
            return Some(Reaction { acknowledgement: promise(true), then });
        }
        let value = interaction.data.options.first().and_then(|option| option.value.as_str());
        let place = place_of(interaction)?;
        if command == "coach" && matches!(place, Place::Aside { .. }) && self.place != DiscordPlace::Ephemeral {
            return self.open(interaction, value);
        }
        let value = value.map(|value| if command == "method" { self.method(value) } else { value.to_owned() });
        let input = commands::input(&self.phrases, command, value.as_deref(), language);
        let ephemeral = matches!(place, Place::Aside { .. });
        let acknowledgement = promise(ephemeral);
        Some(self.hear(interaction, place, input, Given::Nothing, acknowledgement, true))
    }

    /// A suggestion gives the id; a name that was typed in full is looked up.
    fn method(&self, typed: &str) -> String {
        let typed_folded = typed.trim().to_lowercase();
        let named = |(id, french, english): &&(String, String, String)| {
            [id, french, english].iter().any(|name| name.to_lowercase() == typed_folded)
        };
        self.catalogue.methods.iter().find(named).map_or_else(|| typed.to_owned(), |(id, ..)| id.clone())
    }

    fn open(&self, interaction: &Interaction, project: Option<&str>) -> Option<Reaction> {
        let language = language(interaction.locale.as_deref());
        let thread = if self.place == DiscordPlace::PrivateThread { "private-threads" } else { "public-threads" };
        let wanted = ["view-channel", "send-messages", "embed-links", thread, "send-in-threads"];
        let granted = interaction.app_permissions.as_deref().and_then(|bits| bits.parse().ok()).unwrap_or(u64::MAX);
        let lacks = missing(granted, &wanted, &self.phrases, language);
        if !lacks.is_empty() {
            let words = self.phrases.fill("missing-permissions", language, "permissions", &lacks);
            return Some(only_for_you(&words));
        }
        let opening = Opening {
            event: interaction.id,
            guild: interaction.guild_id?,
            channel: interaction.channel_id?,
            user: interaction.by()?.id,
            name: interaction.name(),
            language,
            reads: true,
            project: project.map(str::to_owned),
            handle: Some(handle(interaction, true, true)?),
        };
        Some(Reaction { acknowledgement: promise(true), then: Then::Open(Box::new(opening)) })
    }

    fn pressed(&self, interaction: &Interaction) -> Option<Reaction> {
        let language = language(interaction.locale.as_deref());
        let Some(button) = Button::read(&interaction.data.custom_id) else {
            return Some(only_for_you(self.phrases.say("unknown-button", language)));
        };
        let choice = match &button.what {
            What::Write => return Some(self.window(&button, language)),
            What::Choice(choice) => choice.clone(),
            What::Menu => together(&interaction.data.values)?,
        };
        let place = place_of(interaction)?;
        let (acknowledgement, promised) = quietly(place);
        let what = What::Choice(choice.clone());
        let given = Given::Latest(Button { what, ..button });
        Some(self.hear(interaction, place, Input::Chose { choice }, given, acknowledgement, promised))
    }

    fn window(&self, button: &Button, language: Language) -> Reaction {
        let say = |name| self.phrases.say(name, language);
        let field = json!({
            "type": 4, "style": 2, "custom_id": "words", "label": cut(say("write-label"), WINDOW_TITLE),
            "required": true, "max_length": TEXT_LENGTH,
        });
        let window = json!({
            "custom_id": button.write(),
            "title": cut(say("write-title"), WINDOW_TITLE),
            "components": [{ "type": 1, "components": [field] }],
        });
        Reaction { acknowledgement: json!({ "type": 9, "data": window }), then: Then::Nothing }
    }

    fn typed(&self, interaction: &Interaction) -> Option<Reaction> {
        let place = place_of(interaction)?;
        let (acknowledgement, promised) = quietly(place);
        let input = Input::Said { text: interaction.typed()? };
        Some(self.hear(interaction, place, input, Given::Nothing, acknowledgement, promised))
    }

    fn hear(
        &self,
        interaction: &Interaction,
        place: Place,
        input: Input,
        given: Given,
        acknowledgement: Value,
        promised: bool,
    ) -> Reaction {
        let language = language(interaction.locale.as_deref());
        let ephemeral = matches!(place, Place::Aside { .. });
        let heard = Heard {
            place,
            guild: interaction.guild_id,
            incoming: vec![reads(place, interaction.id, language), incoming(place, interaction.id, input)],
            handle: handle(interaction, promised, ephemeral),
            given,
        };
        Reaction { acknowledgement, then: Then::Hear(Box::new(heard)) }
    }

    /// Names that begin with what was typed come first, then those that hold it.
    fn suggest(&self, interaction: &Interaction) -> Reaction {
        let language = language(interaction.locale.as_deref());
        let focused = interaction.data.options.iter().find(|option| option.focused);
        let typed = focused.and_then(|option| option.value.as_str()).unwrap_or_default().to_lowercase();
        let names: Vec<(&str, &str)> = match commands::named(&self.phrases, &interaction.data.name) {
            Some("method") => self.methods_in(language),
            Some("glossary") => self.catalogue.terms.iter().map(|term| (term.as_str(), term.as_str())).collect(),
            _ => Vec::new(),
        };
        let rank = |name: &str| {
            let name = name.to_lowercase();
            if name.starts_with(&typed) { Some(0) } else { name.contains(&typed).then_some(1) }
        };
        let mut found: Vec<_> =
            names.into_iter().filter_map(|(name, value)| Some((rank(name)?, name, value))).collect();
        found.sort_by_key(|(rank, name, _)| (*rank, name.to_lowercase()));
        let choices: Vec<Value> = found
            .into_iter()
            .take(MOST_SUGGESTIONS)
            .map(|(_, name, value)| json!({ "name": cut(name, SUGGESTION), "value": cut(value, SUGGESTION) }))
            .collect();
        Reaction { acknowledgement: json!({ "type": 8, "data": { "choices": choices } }), then: Then::Nothing }
    }

    fn methods_in(&self, language: Language) -> Vec<(&str, &str)> {
        self.catalogue
            .methods
            .iter()
            .map(|(id, french, english)| {
                let english_wanted = language == Language::English && !english.is_empty();
                (if english_wanted { english.as_str() } else { french.as_str() }, id.as_str())
            })
            .collect()
    }

    /// A message, new or edited. `None` for those of robots, and in a server for those that are not for the coach.
    pub fn message(&self, message: &Message, edited: bool) -> Option<Heard> {
        let author = message.author.as_ref()?;
        // Ordinary messages and replies; the rest are notices of Discord.
        if author.bot || author.id == self.me || message.webhook_id.is_some() || ![0, 19].contains(&message.kind) {
            return None;
        }
        let named = message.mentions.iter().any(|user| user.id == self.me);
        if message.guild_id.is_some() && !named && !self.free_text {
            return None;
        }
        let text = self.without_mention(&message.content);
        let place = Place::Channel(message.channel_id);
        if edited {
            return correction(place, message, text);
        }
        let input = match (text.is_empty(), named) {
            (false, _) => Input::Said { text: text.clone() },
            (true, true) => Input::Joined,
            (true, false) => Input::Unreadable,
        };
        let given = match message.guild_id {
            None => Given::Nothing,
            Some(guild) => Given::Ours(named.then(|| Box::new(asked(message, author.clone(), guild, text)))),
        };
        let incoming = vec![incoming(place, message.id, input)];
        Some(Heard { place, guild: message.guild_id, incoming, handle: None, given })
    }

    fn without_mention(&self, content: &str) -> String {
        content.replace(&format!("<@{}>", self.me), "").replace(&format!("<@!{}>", self.me), "").trim().to_owned()
    }
}

/// Discord also tells of an edit when it adds the picture of a link: then there is no time of it.
fn correction(place: Place, message: &Message, text: String) -> Option<Heard> {
    let edited = message.edited_timestamp.as_ref().filter(|_| !text.is_empty())?;
    let earlier = EventId(message.id.to_string());
    let incoming = vec![Incoming {
        conversation: place.conversation(),
        event: EventId(format!("{}:{edited}", message.id)),
        input: Input::Corrected { earlier: earlier.clone(), text },
        at: message.id.at(),
    }];
    Some(Heard { place, guild: message.guild_id, incoming, handle: None, given: Given::Known(earlier) })
}

pub fn deleted(deleted: &Deleted) -> Heard {
    let place = Place::Channel(deleted.channel_id);
    let earlier = EventId(deleted.id.to_string());
    let incoming = vec![Incoming {
        conversation: place.conversation(),
        event: EventId(format!("{}:deleted", deleted.id)),
        input: Input::Withdrawn { earlier: earlier.clone() },
        at: deleted.id.at(),
    }];
    Heard { place, guild: deleted.guild_id, incoming, handle: None, given: Given::Known(earlier) }
}

fn asked(message: &Message, author: super::event::User, guild: Id, text: String) -> Opening {
    Opening {
        event: message.id,
        guild,
        channel: message.channel_id,
        user: author.id,
        name: author.global_name.unwrap_or(author.username),
        language: Language::French,
        reads: false,
        project: Some(text).filter(|text| !text.is_empty()),
        handle: None,
    }
}

/// Several choices of a menu are one: `goal:a+b`.
fn together(values: &[String]) -> Option<ChoiceId> {
    let first = values.first()?;
    let (kind, _) = first.split_once(':')?;
    let same = |value: &'_ String| value.split_once(':').filter(|(of, _)| *of == kind).map(|(_, id)| id.to_owned());
    let ids: Vec<String> = values.iter().filter_map(same).collect();
    Some(ChoiceId(format!("{kind}:{}", ids.join("+"))))
}

/// In a thread or a direct message all is seen by all; elsewhere only by the one who asked.
fn place_of(interaction: &Interaction) -> Option<Place> {
    let channel = interaction.channel_id?;
    let user = interaction.by()?.id;
    let aside = interaction.message.as_ref().is_some_and(|message| message.flags & EPHEMERAL != 0);
    let thread = interaction.channel.as_ref().is_some_and(|channel| (10..=12).contains(&channel.kind));
    let open = interaction.guild_id.is_none() || thread;
    Some(if open && !aside { Place::Channel(channel) } else { Place::Aside { channel, user } })
}

fn handle(interaction: &Interaction, promised: bool, ephemeral: bool) -> Option<Handle> {
    Some(Handle {
        interaction: interaction.id,
        application: interaction.application_id,
        token: interaction.token.clone(),
        user: interaction.by()?.id,
        promised,
        ephemeral,
        language: language(interaction.locale.as_deref()),
    })
}

/// « is thinking »: the reply comes in its place.
fn promise(ephemeral: bool) -> Value {
    if ephemeral { json!({ "type": 5, "data": { "flags": EPHEMERAL } }) } else { json!({ "type": 5 }) }
}

/// A pressed button needs no reply where the coach answers by a message.
fn quietly(place: Place) -> (Value, bool) {
    match place {
        Place::Channel(_) => (json!({ "type": 6 }), false),
        Place::Aside { .. } => (promise(true), true),
    }
}

fn only_for_you(words: &str) -> Reaction {
    let data = json!({ "content": words, "flags": EPHEMERAL, "allowed_mentions": { "parse": [] } });
    Reaction { acknowledgement: json!({ "type": 4, "data": data }), then: Then::Nothing }
}
