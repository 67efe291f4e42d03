//! One page: what it answers, and whether it still is the page that was meant.

use std::time::Duration;

use futures_util::StreamExt as _;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Response, StatusCode};

use super::site;

/// What became of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Fine,
    /// It answers at another address of the same site.
    Moved {
        to: String,
    },
    /// It answers, but a person should look: another site, or the home page in the place of a page.
    Suspect {
        to: String,
    },
    /// The site does not answer programs; it may answer people.
    Refused {
        status: u16,
    },
    Dead {
        why: String,
    },
    /// The domain was taken by somebody else.
    Hijacked {
        sign: String,
    },
}

impl Verdict {
    /// It counts: twice in a row, and agents see the link no more.
    pub fn is_failure(&self) -> bool {
        matches!(self, Self::Dead { .. } | Self::Hijacked { .. })
    }

    /// For an editor; nothing when there is nothing to do.
    pub fn words(&self) -> Option<String> {
        match self {
            Self::Fine => None,
            Self::Moved { to } => Some(format!("la page a changé d'adresse : {to}")),
            Self::Suspect { to } => Some(format!("à vérifier : l'adresse mène à {to}")),
            Self::Refused { status } => {
                Some(format!("le site refuse les programmes ({status}) : à vérifier à la main"))
            }
            Self::Dead { why } => Some(format!("la page ne répond plus ({why})")),
            Self::Hijacked { sign } => Some(format!("le domaine semble détourné (« {sign} »)")),
        }
    }
}

/// Redirections followed before giving up.
const HOPS: usize = 6;
/// Bytes of a page that are looked at.
const ENOUGH: usize = 128 * 1024;

/// Signs of a domain that was let go and taken by a dealer.
const SIGNS: [&str; 13] = [
    "this domain is for sale",
    "domain for sale",
    "buy this domain",
    "domaine est à vendre",
    "domaine à vendre",
    "sedoparking",
    "parkingcrew",
    "hugedomains.com",
    "slot gacor",
    "situs judi",
    "online casino",
    "casino en ligne",
    "viagra",
];

pub fn client(patience: Duration) -> reqwest::Result<Client> {
    let name = concat!("Declic/", env!("CARGO_PKG_VERSION"), " (link checker)");
    Client::builder().user_agent(name).timeout(patience).redirect(Policy::limited(HOPS)).build()
}

/// HEAD first; GET where HEAD says no, and to see what an HTML page says.
pub async fn ask(client: &Client, url: &str) -> Verdict {
    if let Ok(head) = send(client, Method::HEAD, url).await
        && head.status().is_success()
        && !is_html(&head)
    {
        return place(url, &head);
    }
    match send(client, Method::GET, url).await {
        Ok(answer) => judge(url, answer).await,
        Err(error) => Verdict::Dead { why: cause(&error).to_owned() },
    }
}

async fn send(client: &Client, method: Method, url: &str) -> reqwest::Result<Response> {
    client.request(method, url).header(ACCEPT, "text/html,*/*;q=0.8").send().await
}

async fn judge(url: &str, answer: Response) -> Verdict {
    match answer.status() {
        status if status.is_success() => {}
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS => {
            return Verdict::Refused { status: answer.status().as_u16() };
        }
        status => return Verdict::Dead { why: status.as_u16().to_string() },
    }
    let place = place(url, &answer);
    if !is_html(&answer) {
        return place;
    }
    let text = beginning(answer).await.to_lowercase();
    match SIGNS.iter().find(|sign| text.contains(**sign)) {
        Some(sign) => Verdict::Hijacked { sign: (*sign).to_owned() },
        None => place,
    }
}

/// Where the redirections led.
fn place(url: &str, answer: &Response) -> Verdict {
    let to = answer.url().as_str();
    let (asked, got) = (bare(url), bare(to));
    if asked == got {
        Verdict::Fine
    } else if owner(url) != owner(to) || (path(got).is_empty() && !path(asked).is_empty()) {
        Verdict::Suspect { to: to.to_owned() }
    } else {
        Verdict::Moved { to: to.to_owned() }
    }
}

/// The address without what changes nothing: scheme, `www.`, fragment, closing slash.
fn bare(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.split('#').next().unwrap_or_default();
    rest.strip_prefix("www.").unwrap_or(rest).trim_end_matches('/')
}

fn path(bare: &str) -> &str {
    bare.split_once('/').map_or("", |(_, path)| path)
}

/// The last two labels of the host: enough to tell another owner, `gouv.fr` being one.
fn owner(url: &str) -> Vec<&str> {
    let host = site(url).split(':').next().unwrap_or_default();
    host.rsplit('.').take(2).collect()
}

fn is_html(answer: &Response) -> bool {
    let kind = answer.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_none_or(|kind| kind.starts_with("text/html") || kind.starts_with("application/xhtml"))
}

async fn beginning(answer: Response) -> String {
    let mut bytes = Vec::new();
    let mut chunks = answer.bytes_stream();
    while let Some(Ok(chunk)) = chunks.next().await {
        bytes.extend_from_slice(&chunk);
        if bytes.len() >= ENOUGH {
            break;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn cause(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "pas de réponse à temps"
    } else if error.is_redirect() {
        "des redirections sans fin"
    } else if error.is_connect() {
        "pas de connexion"
    } else {
        "réponse illisible"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_and_addresses_are_compared_without_trifles() {
        assert_eq!(bare("https://www.a.fr/x/#y"), "a.fr/x");
        assert_eq!(owner("https://beta.gouv.fr/alpha/"), owner("https://doc.numerique.gouv.fr"));
        assert_ne!(owner("https://diytoolkit.org/x"), owner("https://casino.example/x"));
        assert_eq!((path("a.fr"), path("a.fr/x/y")), ("", "x/y"));
    }
}
