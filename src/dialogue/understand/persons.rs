//! Words for people, and for what is not people.

use std::sync::LazyLock;

use super::patterns::{Words, words};
use super::tokens::{Token, text_at};

/// Where a counted group ends: « personnes », « nouveaux agents », « chefs ».
pub fn noun_end(tokens: &[Token], at: usize) -> Option<usize> {
    let qualified = QUALIFIERS.contains(&text_at(tokens, at)) && is_person(text_at(tokens, at + 1));
    let noun = at + usize::from(qualified);
    compound_end(tokens, noun).or_else(|| is_person(text_at(tokens, noun)).then_some(noun + 1))
}

/// « aides-soignantes », « aides à domicile », « sages-femmes »: trades in two words or more.
fn compound_end(tokens: &[Token], at: usize) -> Option<usize> {
    let first = matches!(text_at(tokens, at), "aides" | "gardes" | "maitres" | "sages" | "hommes" | "femmes");
    match text_at(tokens, at + 1) {
        "a" | "de" if first && matches!(text_at(tokens, at + 2), "domicile" | "menage" | "chambre" | "service") => {
            Some(at + 3)
        }
        second if first && (is_person(second) || COMPOUNDS.contains(&second)) => Some(at + 2),
        _ => None,
    }
}

/// A noun for people, by its beginning: French has too many endings to list them.
pub fn is_person(word: &str) -> bool {
    let named = || STEMS.iter().any(|stem| word.starts_with(stem));
    WHOLE.contains(&word) || (!EXCEPT.contains(&word) && (named() || is_trade(word)))
}

/// A trade in the plural, by its ending: « greffières », « standardistes », "porters".
fn is_trade(word: &str) -> bool {
    word.len() >= 6 && TRADES.iter().any(|ending| word.ends_with(ending)) && !THINGS.contains(&word)
}

/// Bodies that count as people only when they meet.
pub fn is_organisation(word: &str) -> bool {
    ORGANISATIONS.iter().any(|stem| word.starts_with(stem))
}

/// Someone who works beside the speaker: « avec deux collègues » counts the speaker too.
pub fn is_colleague(word: &str) -> bool {
    COLLEAGUES.iter().any(|stem| word.starts_with(stem))
}

/// A unit of something else than people.
pub fn is_unit(word: &str) -> bool {
    UNITS.contains(&word)
}

/// A size without a noun is complete before one of these: « à neuf sans vote ».
pub fn begins_else(word: &str) -> bool {
    ELSE.contains(&word)
}

static QUALIFIERS: Words = LazyLock::new(|| {
    words(
        "autres other nouveaux nouvelles jeunes futurs futures new young senior anciens vrais vraies simples bons \
     bonnes petits gros social sages de d of",
    )
});

static TRADES: Words = LazyLock::new(|| {
    words(
        "eurs euses trices iers ieres istes iens iennes logues graphes ologists ists ers ors ians ees wives women men \
     nautes cultrices clerks guards",
    )
});

/// What ends like a trade and is none.
static THINGS: Words = LazyLock::new(|| {
    words(
        "erreurs heures couleurs valeurs moteurs secteurs ordinateurs indicateurs fleurs rumeurs ascenseurs serveurs \
     capteurs tracteurs compteurs projecteurs coeurs douleurs longueurs peurs hauteurs largeurs odeurs lueurs \
     tumeurs honneurs ailleurs plusieurs meilleurs meilleures radiateurs distributeurs interrupteurs vapeurs \
     faveurs humeurs saveurs teneurs majeurs mineurs inferieurs superieurs exterieurs interieurs anterieurs \
     posterieurs vecteurs facteurs classeurs marqueurs ordonnateurs simulateurs incubateurs accelerateurs \
     congelateurs horodateurs nombreuses tondeuses agrafeuses perceuses berceuses matrices cicatrices \
     calculatrices papiers dossiers chantiers quartiers cahiers escaliers calendriers courriers ateliers metiers \
     leviers premiers derniers sentiers paniers fichiers piliers colliers loyers foyers paliers claviers mobiliers \
     fumiers gosiers milliers greniers hangers volontiers entiers particuliers reguliers singuliers palmiers \
     officiers bannieres hebergeurs fournisseurs homologues suppliers levers matieres manieres lumieres rivieres \
     bieres prieres carrieres frontieres poussieres barrieres dernieres premieres entieres regulieres \
     particulieres cimetieres chaudieres croisieres etageres litieres civieres listes pistes tristes vistes liens \
     biens chiens entretiens soutiens moyens quotidiens maintiens catalogues dialogues paragraphes autographes \
     papers numbers letters answers orders offers posters counters computers servers folders registers chapters \
     centers others matters layers quarters powers corners meters drawers trailers stickers newsletters shelters \
     boilers printers rivers flyers headers parameters winters summers dinners barriers borders characters filters \
     cancers towers headquarters reminders ladders containers covers errors doors floors sectors indicators colors \
     colours factors mirrors sensors monitors rumors rumours trees fees degrees committees lists specimen \
     specimens hangars divers univers travers envers timers scanners",
    )
});

static ORGANISATIONS: Words = LazyLock::new(|| {
    words(
        "service direction commune association etablissement organisme ministere institution agence prefecture \
     departement mairie ecole college lycee hopita region collectivite federation syndicat structure bureaux \
     department council agencies team office",
    )
});

/// Second halves of trades that mean nothing alone: « gardes champêtres ».
static COMPOUNDS: Words =
    LazyLock::new(|| words("champetres forestiers littoral nageurs chiens maternelles medico menageres cuisiniers"));

static COLLEAGUES: Words = LazyLock::new(|| words("collegu coleg colleague coworker camarade binome"));

static WHOLE: Words = LazyLock::new(|| {
    words(
        "p pers person persons gens prof profs maire maires retraites retraitees pax pairs peres meres femmes hommes \
     women men nouveaux membres presents presentes interns heads users assures assurees abonnes abonnees inscrits \
     inscrites charges children kids carers child juges bailleurs anciens anciennes ados",
    )
});

static EXCEPT: Words = LazyLock::new(|| {
    words(
        "personnel personnelle personnelles personnels parental parentale jeunesse expertise expertises agence agences \
     agenda agendas invitations invitation elevee elevees assistance tests collaborations collaboration management \
     clientele patiente testent",
    )
});

static STEMS: Words = LazyLock::new(|| {
    words(
        "personne agent enfant ado adolescent detenu opposant militant employeur entrepreneur cycliste automobiliste \
     chauffeur conducteur conductrice livreur cuisinier jardinier ouvrier caissier guichetier facteur avocat notaire \
     militaire douanier marin pecheur forestier surveillant vacataire contractuel fonctionnaire touriste spectateur \
     electeur votant candidat laureat tuteur psychologue auxiliaire brancardier ambulancier pharmacien worker mayor \
     lawyer driver cleaner receptionist counsellor councillor librarian collegu coleg colleague coworker participant elu volontaire volunteer chef cadre manage \
     encadrant directeur directrice responsable referent benevole stagiaire apprenti animateu animatric facilitateu \
     facilitatric facilitator developpeu developer designer formateur formatrice expert habitant usager citoyen \
     citizen resident people newcomer staff employe salarie collaborat partenaire partner acteur actrice patient \
     soignant infirmi medecin aidant parent eleve student etudiant enseignant professeur teacher professionnel \
     jeune senior allocataire beneficiaire administre demandeu chercheu representant delegue member secretaire \
     gestionnaire technicien ingenieur instructeu instructric conseiller travailleu assistant adjoint prefet \
     policier gendarme pompier magistrat greffier juriste documentaliste bibliothecaire archiviste invite guest \
     attendee officer clerk visiteu commercant artisan agriculteu agricultric dirigeant arrivant recrue testeu \
     tester copain copine ambassadeur ambassadrice correspondant chargee contributeu doctorant nurse doctor trainee \
     leader director auditeur inspecteur inspectrice controleu intervenant mediateu mediatri educateu educatri \
     coordinateu coordinatri riverain redacteu redactri ergonome lecteur lectrice relecteur relectrice utilisateu \
     utilisatri repondant locataire commissaire lyceen collegien ecolier administrateu profane passionne pionnier \
     voyageu client analyste statisticien architecte urbaniste voisin maman papa famille mentor graphiste \
     accompagnateu bidouilleu malvoyant decideu instituteur institutrice associe journaliste engineer neighbour \
     neighbor menage household president accompagnant geometre consultant agronome veterinai tailleu paysan comptable \
     interprete magasinier capitaine commandant lieutenant sergent soldat matelot mecano concierge pompiste \
     exploitant remplacant pratiquant adherent plaignant manifestant commercial aumonier chimiste",
    )
});

static UNITS: Words = LazyLock::new(|| {
    words(
        "h heure heures min mn minute minutes jour jours j journee journees journe journer semaine semaines sem mois an ans annee \
     annees € euro euros k km m % ° demi demie matinee matinees hour hours day days week weeks month months year \
     years fois times apres quart quarts half morning afternoon soirees seances ateliers rounds metres",
    )
});

static ELSE: Words = LazyLock::new(|| {
    words(
        "pour pr a au aux en sur dans ds sans ss avec autour max maxi maximum et ou mais pas dont plus chacun ensemble \
     seulement tout tous toutes on nous je finalement maintenant environ par the for to in with and but not at \
     online remotely budget zero moi compris comprise une un qui que minimum peut ici y cette ce cet around visio \
     grand petit gros debutant debutants debutantes novices experts d de s si car donc l la le les faut comment ces \
     needs wants has who that reparti repartis vite demain lundi mardi mercredi jeudi vendredi samedi dimanche \
     depuis quand sont est aucun gratuitement juste presents",
    )
});
