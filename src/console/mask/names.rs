//! Names of persons: after a title, after « je m’appelle », or because a given name is there.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::{Found, Kind};
use crate::knowledge::french::fold;

/// A word of a text.
#[derive(Debug, Clone)]
struct Token<'a> {
    start: usize,
    end: usize,
    text: &'a str,
    /// Without accents, in lower case.
    folded: String,
    /// Only spaces stand between the word before and this one.
    joined: bool,
    /// It begins a sentence, where a capital says nothing.
    first: bool,
}

impl Token<'_> {
    fn capital(&self) -> bool {
        self.text.chars().next().is_some_and(char::is_uppercase)
    }

    fn shouted(&self) -> bool {
        self.text.chars().count() > 1 && !self.text.chars().any(char::is_lowercase)
    }

    /// Each part of a double name is a given name: « Jean-Pierre », not « Pierre-Bénite ».
    fn given(&self) -> bool {
        self.folded.split('-').all(|part| GIVEN.contains(part))
    }

    fn surely_given(&self) -> bool {
        self.given() && !AMBIGUOUS.contains(self.folded.as_str())
    }
}

pub(super) fn find(text: &str) -> Vec<Found> {
    let tokens = tokens(text);
    let mut found = Vec::new();
    let mut place = 0;
    while place < tokens.len() {
        let named = after_title(&tokens, place)
            .or_else(|| after_introduction(&tokens, place))
            .or_else(|| around_given_name(&tokens, place));
        match named {
            Some((first, last)) => {
                found.push(Found { start: tokens[first].start, end: tokens[last].end, kind: Kind::Name });
                place = last + 1;
            }
            None => place += 1,
        }
    }
    found
}

/// The words that begin with a capital, as places in the text.
pub(super) fn capitalised(text: &str) -> impl Iterator<Item = (usize, usize)> {
    tokens(text)
        .into_iter()
        .filter(Token::capital)
        .map(|token| (token.start, token.end))
        .collect::<Vec<_>>()
        .into_iter()
}

/// Words with their hyphens; elided articles stand apart.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens: Vec<Token<'_>> = Vec::new();
    let mut start = None;
    let mut last_end = 0;
    let inside = |c: char| c.is_alphabetic() || c == '-';
    for (place, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match start {
            None if c.is_alphabetic() => start = Some(place),
            Some(begin) if !inside(c) => {
                let word = text[begin..place].trim_end_matches('-');
                let between = &text[last_end..begin];
                let first = tokens.is_empty() || between.contains(['.', '!', '?', '\n', '…', ':', '«']);
                let joined = !tokens.is_empty() && between.chars().all(|c| c == ' ' || c == '\u{a0}');
                tokens.push(Token {
                    start: begin,
                    end: begin + word.len(),
                    text: word,
                    folded: fold(word),
                    joined,
                    first,
                });
                (start, last_end) = (None, begin + word.len());
            }
            _ => {}
        }
    }
    tokens
}

const TITLES: [&str; 14] = [
    "m",
    "mr",
    "mme",
    "mlle",
    "monsieur",
    "madame",
    "mademoiselle",
    "messieurs",
    "mesdames",
    "dr",
    "docteur",
    "me",
    "maitre",
    "pr",
];

/// Offices that stand where a name could: « Madame Directrice ».
const OFFICES: [&str; 12] = [
    "prefet",
    "prefete",
    "maire",
    "president",
    "presidente",
    "directeur",
    "directrice",
    "ministre",
    "secretaire",
    "tout",
    "tous",
    "bonjour",
];

fn after_title(tokens: &[Token<'_>], place: usize) -> Option<(usize, usize)> {
    let title = tokens.get(place).filter(|token| TITLES.contains(&token.folded.as_str()))?;
    // « me » is a title with its capital only, and so are the shortest ones.
    if matches!(title.folded.as_str(), "me" | "m" | "pr") && !title.capital() {
        return None;
    }
    let next = tokens.get(place + 1)?;
    let close = next.joined || title.text.chars().count() <= 2 || title.folded == "mme" || title.folded == "mlle";
    if !close || !next.capital() || OFFICES.contains(&next.folded.as_str()) {
        return None;
    }
    Some((place + 1, end_of_name(tokens, place + 1)))
}

/// « je m’appelle », « mon nom est », « signé » …: what follows is a name, with or without a capital.
fn after_introduction(tokens: &[Token<'_>], place: usize) -> Option<(usize, usize)> {
    const INTRODUCTIONS: [&[&str]; 5] =
        [&["m", "appelle"], &["nom", "est"], &["prenom", "est"], &["se", "nomme"], &["s", "appelle"]];
    let opens = |words: &&&[&str]| {
        words
            .iter()
            .enumerate()
            .all(|(index, word)| tokens.get(place + index).is_some_and(|token| token.folded == *word))
    };
    let words = INTRODUCTIONS.iter().find(opens)?;
    let first = place + words.len();
    let next = tokens.get(first).filter(|next| next.joined)?;
    let persona = next.folded.len() > 2 && !crate::knowledge::french::is_stop_word(&next.folded);
    // « s’appelle Démarche simplifiée » is about a thing: a given name must be there.
    let person = words[0] != "s" || next.given();
    (persona && person).then(|| (first, end_of_name(tokens, first)))
}

/// What bears the name of a person without being one: « lycée Jean Moulin », « Saint Denis ».
const NAMED_AFTER: [&str; 40] = [
    "saint",
    "sainte",
    "st",
    "ste",
    "lycee",
    "college",
    "ecole",
    "hopital",
    "rue",
    "avenue",
    "boulevard",
    "place",
    "centre",
    "espace",
    "mediatheque",
    "bibliotheque",
    "gymnase",
    "stade",
    "salle",
    "universite",
    "fondation",
    "prix",
    "loi",
    "plan",
    "rapport",
    "clinique",
    "ehpad",
    "creche",
    "maison",
    "residence",
    "square",
    "parc",
    "gare",
    "station",
    "quartier",
    "theatre",
    "institut",
    "campus",
    "quai",
    "cours",
];

fn around_given_name(tokens: &[Token<'_>], place: usize) -> Option<(usize, usize)> {
    let token = &tokens[place];
    let before = place.checked_sub(1).and_then(|before| tokens.get(before)).filter(|_| token.joined);
    if before.is_some_and(|before| NAMED_AFTER.contains(&before.folded.as_str())) || in_a_named_place(tokens, place) {
        return None;
    }
    // DUPONT Jean
    let next = tokens.get(place + 1).filter(|next| next.joined && next.capital());
    if token.shouted() && !token.given() && next.is_some_and(|next| next.given() && !next.shouted()) {
        return Some((place, place + 1));
    }
    if !token.given() || token.shouted() && next.is_none() {
        return None;
    }
    let family = next.is_some_and(|next| !crate::knowledge::french::is_stop_word(&next.folded));
    if token.surely_given() {
        return Some((place, if family { end_of_name(tokens, place) } else { place }));
    }
    // « Jean DUPONT » is a name even where a capital says nothing.
    let family_in_capitals = next.is_some_and(Token::shouted);
    let both = token.capital() && family && (!token.first || family_in_capitals);
    both.then(|| (place, end_of_name(tokens, place)))
}

/// « l’espace Simone Veil »: two words after the noun.
fn in_a_named_place(tokens: &[Token<'_>], place: usize) -> bool {
    let noun = place.checked_sub(2).map(|place| &tokens[place]);
    let linked = place >= 1 && tokens[place].joined && tokens[place - 1].joined;
    linked
        && noun.is_some_and(|noun| NAMED_AFTER.contains(&noun.folded.as_str()))
        && (tokens[place - 1].capital() || matches!(tokens[place - 1].folded.as_str(), "de" | "du"))
}

const PARTICLES: [&str; 14] = ["de", "du", "des", "la", "le", "d", "van", "von", "der", "ben", "el", "al", "da", "di"];

/// The last word of a name that begins here: capitals, and particles between them.
fn end_of_name(tokens: &[Token<'_>], first: usize) -> usize {
    let mut last = first;
    let mut place = first + 1;
    while place < tokens.len() && place <= first + 5 && tokens[place].joined {
        let token = &tokens[place];
        if token.capital() && !OFFICES.contains(&token.folded.as_str()) {
            last = place;
        } else if !PARTICLES.contains(&token.folded.as_str()) {
            break;
        }
        place += 1;
    }
    last
}

/// Given names that are words too: alone they say nothing.
static AMBIGUOUS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    "pierre claire rose france victor marine aurore victoire jasmin olive prune violette flore iris lys ange noel pascal \
     modeste constant constance prudence clemence olivier laurier gilles romain martial valentin parfait paris florence \
     lourdes charlotte madeleine marguerite angelique celeste desire desiree grace joy perle ambre melodie solene dimanche \
     maxime franc franck may mai avril rene renee aime aimee lucie-claire blanche carmin cerise clement dominique camille \
     claude alix sacha charlie morgan lorraine alexandre-le-grand jean max leo mia eden alma luce bienvenue marc mars amour \
     sabine vivien vivienne aude bruno colombe fleur"
        .split_whitespace()
        .collect()
});

static GIVEN: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    "abdel abdelkader abdoulaye abel adam adele adeline adil adrien adrienne agathe agnes ahmed aicha alain alan alassane \
     albane albert alex alexandra alexandre alexia alexis alfred ali alice aline alison alix aloise alphonse amadou ambre \
     amelie amina amine amir anais anatole andre andrea andree ange angele angelique anissa anita anna annabelle anne annette \
     annick annie anthony antoine antoinette antonin antonio apolline ariane arlette armand armelle arnaud arthur assia astrid \
     aude audrey auguste augustin aurelie aurelien aurore axel axelle aya ayoub baptiste barbara basile bastien beatrice \
     benedicte benjamin benoit berengere bernadette bernard berthe bertrand bilal blaise blandine boris boubacar brahim brice \
     brigitte bruno camelia camille capucine carine carla carmen carole caroline catherine cecile cedric celestine celia celine \
     chantal charlene charles charlie charlotte chloe christelle christian christiane christine christophe cindy claire clara \
     clarisse claude claudette claudia claudine clemence clement clementine clothilde clotilde coline colette constance \
     constant coralie corentin corinne cyprien cyril cyrille damien daniel daniele danielle daphne david deborah delphine denis \
     denise diane didier dimitri djamel djamila dominique dorian dorothee driss edgar edith edmond edouard elena eleonore eliane \
     elias elie eline elisa elisabeth elise ella elodie eloise elsa elvire emeline emeric emile emilie emilien emma emmanuel \
     emmanuelle enzo eric erika ernest erwan estelle esteban esther ethan etienne eugene eugenie eva evelyne fabien fabienne \
     fabrice fadila faiza fanny farid farida fatiha fatima fatou fatoumata faustine felicie felix ferdinand fernand fernande \
     firmin flavie flavien flora florence florent florian florine france franck francois francoise frank frederic frederique \
     gabin gabriel gabrielle gael gaelle gaetan gaspard gaston gauthier genevieve geoffrey george georges georgette gerald \
     geraldine gerard germain germaine ghislain ghislaine gilbert gilberte gilles gisele gregoire gregory guillaume gustave guy \
     gwenaelle gwendoline habib hadrien hakim halima hamid hamza hanane hassan helene henri henriette herve hicham honore \
     hortense houda hubert hugo hugues huguette ibrahim ibrahima ikram ilyes imane ines ingrid irene iris isaac isabelle ismael \
     ivan jacqueline jacques jade jamal jamila jean jeanine jeanne jennifer jeremie jeremy jerome jessica jessy joachim joanna \
     jocelyn jocelyne joel joelle johan johann johanna john jonas jonathan jordan jose joseph josephine josette josiane josselin \
     joy jules julia julie julien juliette justin justine kamel karen karim karima karine kelly ken kevin khadija khaled killian \
     laetitia lahcen laila lamia lara laura laure laurence laurent laurie laurine lea leila lena leo leon leonard leonie leonore \
     leopold leslie liam lila liliane lilian lina linda lionel lisa lise livia loic lola lolita loris lorraine lou louane louis \
     louisa louise louka luc luca lucas lucette lucie lucien lucienne ludivine ludovic lydia lydie lyes madeleine maelle maelys \
     magali malek malik malika mamadou manon manuel manuela marc marceau marcel marcelle margaux margot marguerite maria mariam \
     mariama marianne marie mariele marielle marin marina marine mario marion marjorie marlene martial martin martine maryam \
     maryline maryse maryvonne mathieu mathilde mathis mathurin matteo matthias matthieu maud maurice maxence maxime maximilien \
     maya medhi mehdi melanie melina melissa melodie mercedes meryem michael michel michele micheline michelle mickael miguel \
     mila mireille miriam mohamed mohammed moise monique morgan morgane mouad mouhamed mounir mourad moussa muriel mustapha myriam \
     nabil nabila nadege nadia nadine naima najat nassim natacha nathalie nathan nawel nelly nicolas nicole nina noa noah noel \
     noelle noemie nolan nora nordine nour oceane octave odette odile olga olivia olivier omar ophelie oscar oumar ousmane pamela \
     pascal pascale patrice patricia patrick paul paule paulette pauline pedro perrine philippe philomene pierre pierrette pierrick \
     priscilla quentin rachel rachid rachida raoul raphael raphaelle raymond raymonde rayan rebecca regine regis remi remy renaud \
     rene renee richard rita robert roberte robin rodolphe rodrigue roger rokia roland rolande romain romane romuald ronan rosalie \
     rose roseline roxane ruben ryan saad sabah sabine sabrina sacha said saida salah salim salima salome salma sam samantha samia \
     samir samira samuel sandra sandrine sandy sara sarah saskia sebastien segolene selim selma serge severine sidonie silvia simon \
     simone slimane sofia sofiane solange solene solenn sonia sophia sophie stanislas stella stephan stephane stephanie steve steven \
     suzanne suzette sylvain sylvaine sylvette sylviane sylvie tania tanguy tarik tatiana teddy thais thea theo theodore theophile \
     therese thibaud thibault thibaut thierry thomas tiffany tifenn timeo timothee titouan tom tony tristan ugo ulysse valentin \
     valentine valerie vanessa vera veronique vianney vicente victoire victor victoria vincent violaine violette virginie vivian \
     viviane vladimir walid warren wendy wilfried william xavier yacine yann yannick yannis yasmina yasmine yohan yohann youcef \
     youness younes youssef yvan yves yvette yvon yvonne zacharie zahra zakaria zineb zoe zohra"
        .split_whitespace()
        .collect()
});
