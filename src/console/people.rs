//! Who may enter: the people that the configuration lists, each with the names by which platforms know them.

use std::sync::Arc;

/// What somebody may do; each role may do all that the one before may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Reads, judges, notes.
    Coach,
    /// Exports, unmasks, answers requests about data, purges.
    Lead,
    /// Ends the sessions of others, reads the log.
    Administrator,
}

impl Role {
    pub const ALL: [Self; 3] = [Self::Coach, Self::Lead, Self::Administrator];

    pub fn label(self) -> &'static str {
        match self {
            Self::Coach => "coach",
            Self::Lead => "responsable",
            Self::Administrator => "administration",
        }
    }
}

/// Somebody who may enter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// As pages call them.
    pub name: String,
    /// `@claire:example.org` (Matrix), `discord:123`, `claire@example.org` (OpenID). The first one is kept with what
    /// they do.
    pub ids: Vec<String>,
    pub role: Role,
}

impl Person {
    /// `@claire:example.org`, or `Claire Martin <@claire:example.org, claire@example.org>`; the comma may be left out.
    /// `None` when there is no name of a known kind in it, or another.
    pub fn parse(written: &str, role: Role) -> Option<Self> {
        let (name, ids) = match written.split_once('<') {
            Some((name, rest)) => (name.trim(), rest.trim().strip_suffix('>')?),
            None => ("", written),
        };
        let ids = ids.split(|sign: char| sign == ',' || sign.is_whitespace()).filter(|id| !id.is_empty());
        let ids: Vec<String> = ids.map(normal).collect();
        let name = if name.is_empty() { ids.first()?.clone() } else { name.to_owned() };
        (!ids.is_empty() && ids.iter().all(|id| is_known_kind(id))).then_some(Self { name, ids, role })
    }

    pub fn id(&self) -> &str {
        self.ids.first().map_or("", String::as_str)
    }
}

/// Addresses are the same in capitals.
fn normal(id: &str) -> String {
    id.trim().to_lowercase()
}

fn is_known_kind(id: &str) -> bool {
    let matrix = id.strip_prefix('@').and_then(|rest| rest.split_once(':'));
    let discord = id.strip_prefix("discord:");
    let email = id.split_once('@').filter(|(name, domain)| !name.is_empty() && domain.contains('.'));
    matrix.is_some_and(|(name, server)| !name.is_empty() && !server.is_empty())
        || discord.is_some_and(|number| !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit()))
        || (email.is_some() && !id.contains(char::is_whitespace))
}

/// The name of whoever has a shell on the machine: the first to enter, before anybody is listed.
pub const OPERATOR: &str = "local";

/// The list. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct People(Arc<Vec<Person>>);

impl People {
    pub fn new(mut listed: Vec<Person>) -> Self {
        listed.push(Person {
            name: "Administration locale".to_owned(),
            ids: vec![OPERATOR.to_owned()],
            role: Role::Administrator,
        });
        Self(Arc::new(listed))
    }

    /// Whoever bears this name; of several lines the one with the highest role.
    pub fn find(&self, id: &str) -> Option<&Person> {
        let id = normal(id);
        self.0.iter().filter(|person| person.ids.contains(&id)).max_by_key(|person| person.role)
    }

    /// As pages call them; those who are no longer listed keep their own name.
    pub fn name<'a>(&'a self, id: &'a str) -> &'a str {
        self.find(id).map_or(id, |person| &person.name)
    }

    /// Nobody is listed who could let others in.
    pub fn lacks_administrator(&self) -> bool {
        !self.0.iter().any(|person| person.role == Role::Administrator && person.id() != OPERATOR)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_read_as_they_are_written() {
        let claire = Person::parse("Claire Martin <@Claire:example.org, claire@example.org>", Role::Lead).unwrap();
        assert_eq!(claire.name, "Claire Martin");
        assert_eq!(claire.ids, ["@claire:example.org", "claire@example.org"]);
        assert_eq!(Person::parse("C <a@b.c d@e.f>", Role::Coach).unwrap().ids.len(), 2);
        assert_eq!(Person::parse("discord:123", Role::Coach).unwrap().id(), "discord:123");
        for wrong in ["", "claire", "@claire", "discord:abc", "Claire <>", "Claire <a@b.c", "local", "a b@c.d", "<,>"] {
            assert!(Person::parse(wrong, Role::Coach).is_none(), "{wrong}");
        }
    }

    #[test]
    fn the_highest_role_holds_and_nobody_else_is_found() {
        let one = |role| Person::parse("@claire:example.org", role).unwrap();
        let people = People::new(vec![one(Role::Coach), one(Role::Lead)]);
        assert_eq!(people.find("@CLAIRE:example.org").unwrap().role, Role::Lead);
        assert!(people.find("@eve:example.org").is_none());
        assert!(people.lacks_administrator());
    }
}
