//! The names of closed sets, as the pages say them.

use crate::dialogue::turn::Concern;
use crate::knowledge::Language;
use crate::message::PlatformKind;
use crate::store::{Ending, Rating, Rubric, Verdict};

pub fn platform(platform: PlatformKind) -> &'static str {
    match platform {
        PlatformKind::Matrix => "Tchap et Matrix",
        PlatformKind::Discord => "Discord",
        PlatformKind::Web => "Site web",
        PlatformKind::Terminal => "Terminal",
    }
}

pub fn language(language: Language) -> &'static str {
    match language {
        Language::French => "français",
        Language::English => "anglais",
    }
}

pub fn ending(ending: Ending) -> &'static str {
    match ending {
        Ending::Unfinished => "Sans conseil encore",
        Ending::Advised => "Méthodes proposées",
        Ending::NothingFound => "Rien trouvé",
        Ending::Person => "Une personne demandée",
    }
}

pub fn rating(rating: Rating) -> &'static str {
    match rating {
        Rating::Useful => "Jugé utile",
        Rating::NotUseful => "Jugé inutile",
    }
}

pub fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Good => "Bonne",
        Verdict::Acceptable => "Acceptable",
        Verdict::Wrong => "Mauvaise",
        Verdict::Missing => "Manquait",
    }
}

pub fn question(question: Rubric) -> &'static str {
    match question {
        Rubric::Understood => "L’objectif a été compris",
        Rubric::Useful => "Une méthode au moins est utile",
        Rubric::Tone => "Le ton convient",
        Rubric::PassOn => "À transmettre à une personne",
    }
}

pub fn concern(concern: Concern) -> &'static str {
    match concern {
        Concern::WantsPerson => "a demandé une personne",
        Concern::NothingFits => "rien ne convenait",
        Concern::NotUseful => "conseil jugé inutile",
        Concern::Failed => "le coach s’est excusé d’une panne",
        Concern::Undelivered => "réponse non remise",
    }
}
