//! What is written in the log of the console: a closed set, each with a stable name and the words of the page.

/// Something that somebody did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    SignedIn,
    SignedOut,
    /// Somebody came who may not enter.
    Refused,
    /// A form without its token, or a page above one's role.
    Forbidden,
    EndedSession,
    ReleasedAccount,
    Listed,
    Searched,
    Read,
    Unmasked,
    Followed,
    Judged,
    Noted,
    Tagged,
    Untagged,
    Ignored,
    Restored,
    MadeGolden,
    MadePatch,
    Exported,
    Purged,
    Erased,
    Registered,
    Closed,
}

impl Act {
    pub const ALL: [Self; 24] = [
        Self::SignedIn,
        Self::SignedOut,
        Self::Refused,
        Self::Forbidden,
        Self::EndedSession,
        Self::ReleasedAccount,
        Self::Listed,
        Self::Searched,
        Self::Read,
        Self::Unmasked,
        Self::Followed,
        Self::Judged,
        Self::Noted,
        Self::Tagged,
        Self::Untagged,
        Self::Ignored,
        Self::Restored,
        Self::MadeGolden,
        Self::MadePatch,
        Self::Exported,
        Self::Purged,
        Self::Erased,
        Self::Registered,
        Self::Closed,
    ];

    /// As it is stored.
    pub fn name(self) -> &'static str {
        self.words().0
    }

    /// As it is read.
    pub fn label(self) -> &'static str {
        self.words().1
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.name() == name)
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::SignedIn => ("sign-in", "s’est connecté·e"),
            Self::SignedOut => ("sign-out", "s’est déconnecté·e"),
            Self::Refused => ("refused", "s’est vu refuser l’entrée"),
            Self::Forbidden => ("forbidden", "s’est vu refuser une page ou un formulaire"),
            Self::EndedSession => ("end-session", "a fermé une session"),
            Self::ReleasedAccount => ("release-account", "a détaché un compte"),
            Self::Listed => ("list", "a ouvert la liste"),
            Self::Searched => ("search", "a cherché dans les conversations"),
            Self::Read => ("read", "a lu une conversation"),
            Self::Unmasked => ("unmask", "a lu une conversation sans masque"),
            Self::Followed => ("follow", "a suivi une conversation en direct"),
            Self::Judged => ("judge", "a jugé"),
            Self::Noted => ("note", "a écrit une note"),
            Self::Tagged => ("tag", "a posé une étiquette"),
            Self::Untagged => ("untag", "a retiré une étiquette"),
            Self::Ignored => ("ignore", "a écarté une demande"),
            Self::Restored => ("restore", "a remis une demande"),
            Self::MadeGolden => ("golden", "a fait un jeu d’essai"),
            Self::MadePatch => ("patch", "a proposé un ajout à la base"),
            Self::Exported => ("export", "a exporté"),
            Self::Purged => ("purge", "a lancé la purge"),
            Self::Erased => ("erase", "a effacé une conversation"),
            Self::Registered => ("register", "a inscrit une demande au registre"),
            Self::Closed => ("close", "a clos une demande du registre"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_act_is_read_back_from_its_name() {
        for act in Act::ALL {
            assert_eq!(Act::parse(act.name()), Some(act));
        }
    }
}
