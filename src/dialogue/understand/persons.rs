//! Words for people, and for what is not people.

use std::sync::LazyLock;

use super::patterns::{Words, words};
use super::tokens::{Token, text_at};

/// Where a counted group ends: « personnes », « nouveaux agents », « chefs ».
pub fn noun_end(tokens: &[Token], at: usize) -> Option<usize> {
    let qualified = QUALIFIERS.contains(&text_at(tokens, at)) && is_person(text_at(tokens, at + 1));
    let noun = at + usize::from(qualified);
    is_person(text_at(tokens, noun)).then_some(noun + 1)
}

/// A noun for people, by its beginning: French has too many endings to list them.
pub fn is_person(word: &str) -> bool {
    WHOLE.contains(&word) || (!EXCEPT.contains(&word) && STEMS.iter().any(|stem| word.starts_with(stem)))
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
     bonnes petits gros social de d of",
    )
});

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
     neighbor",
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
