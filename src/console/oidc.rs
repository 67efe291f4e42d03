//! Sign-in at an OpenID provider: where to send the browser, and who it is that comes back.
//!
//! Made for ProConnect as well as for ordinary providers: nothing is sent that is not documented (PKCE can be switched
//! off), the secret goes in the body, the answer about the person may be a signed token. Keys and addresses are asked for
//! at each sign-in: there are few, and a provider that changes its keys needs no restart.

use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::clock::Timestamp;
use crate::config::OidcSettings;
use crate::store::Attempt;

/// A provider that does not answer within this time is away.
const PATIENCE: Duration = Duration::from_secs(10);

/// Clocks differ by so many seconds.
const LEEWAY: i64 = 60;

/// How a provider may sign. Never « none »; a shared secret only as HS256.
const ALGORITHMS: [Algorithm; 4] = [Algorithm::RS256, Algorithm::PS256, Algorithm::ES256, Algorithm::HS256];

/// Talks to one provider.
#[derive(Clone)]
pub struct Provider {
    settings: OidcSettings,
    client: Client,
    /// Where browsers come back, as the provider knows it.
    redirect: String,
}

/// What the provider publishes of itself.
#[derive(Debug, Deserialize)]
struct Metadata {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    userinfo_endpoint: String,
    jwks_uri: String,
    end_session_endpoint: Option<String>,
}

#[derive(Deserialize)]
struct Tokens {
    access_token: String,
    id_token: String,
}

/// Who came back.
#[derive(Clone, PartialEq, Eq)]
pub struct Visitor {
    /// The account: identity provider and subject, which together never change hands.
    pub account: String,
    pub email: String,
    /// To be shown to the provider at sign-out.
    pub id_token: String,
}

impl Provider {
    /// `address` is that of the house, without a slash at the end.
    ///
    /// # Errors
    /// When the HTTP client cannot be made.
    pub fn new(settings: OidcSettings, address: &str) -> anyhow::Result<Self> {
        let client = Client::builder().redirect(Policy::none()).timeout(PATIENCE).build()?;
        Ok(Self { settings, client, redirect: format!("{address}/console/oidc/retour") })
    }

    /// As people call it.
    pub fn name(&self) -> &str {
        &self.settings.name
    }

    /// Where to send the browser. `state` is the secret by which the return is known again.
    ///
    /// # Errors
    /// When the provider does not answer.
    pub async fn departure(&self, state: &str, attempt: &Attempt) -> anyhow::Result<String> {
        let metadata = self.metadata().await?;
        let mut query = form_urlencoded::Serializer::new(String::new());
        query
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.settings.client_id)
            .append_pair("redirect_uri", &self.redirect)
            .append_pair("scope", &self.settings.scopes)
            .append_pair("state", state)
            .append_pair("nonce", &attempt.nonce);
        if self.settings.pkce {
            let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(attempt.verifier.as_bytes()));
            query.append_pair("code_challenge", &challenge).append_pair("code_challenge_method", "S256");
        }
        Ok(with_query(&metadata.authorization_endpoint, &query.finish()))
    }

    /// Who a code stands for. The code is good once, for half a minute.
    ///
    /// # Errors
    /// When the provider does not answer, or anything in its answers is not as it must be.
    pub async fn arrival(&self, code: &str, attempt: &Attempt, now: Timestamp) -> anyhow::Result<Visitor> {
        let metadata = self.metadata().await?;
        let keys: JwkSet = self.get_json(&metadata.jwks_uri).await.context("the keys of the provider")?;
        let tokens = self.exchange(&metadata, code, attempt).await?;
        let claims = self.verified(&tokens.id_token, &keys).context("the identity token")?;
        self.check(&claims, &metadata.issuer, now, true)?;
        ensure!(text(&claims, "nonce") == Some(&attempt.nonce), "the identity token was made for another sign-in");
        let about = self.about(&metadata, &keys, &tokens.access_token, now).await?;
        ensure!(text(&about, "sub") == text(&claims, "sub"), "two answers of the provider are about two people");
        visitor(&about, &claims, &metadata.issuer, tokens.id_token)
    }

    /// Where the browser is sent to leave the provider too.
    ///
    /// # Errors
    /// When the provider does not answer.
    pub async fn farewell(&self, id_token: &str, state: &str) -> anyhow::Result<Option<String>> {
        let Some(endpoint) = self.metadata().await?.end_session_endpoint else { return Ok(None) };
        let back = self.redirect.replace("/oidc/retour", "/connexion");
        let mut query = form_urlencoded::Serializer::new(String::new());
        query
            .append_pair("id_token_hint", id_token)
            .append_pair("state", state)
            .append_pair("post_logout_redirect_uri", &back);
        Ok(Some(with_query(&endpoint, &query.finish())))
    }

    async fn metadata(&self) -> anyhow::Result<Metadata> {
        let issuer = self.settings.issuer.trim_end_matches('/');
        let address = format!("{issuer}/.well-known/openid-configuration");
        let metadata: Metadata = self.get_json(&address).await.context("what the provider publishes of itself")?;
        ensure!(metadata.issuer.trim_end_matches('/') == issuer, "the provider calls itself « {} »", metadata.issuer);
        Ok(metadata)
    }

    async fn exchange(&self, metadata: &Metadata, code: &str, attempt: &Attempt) -> anyhow::Result<Tokens> {
        let request = self.client.post(&metadata.token_endpoint);
        let request =
            request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").header(ACCEPT, "application/json");
        let answer = request.body(self.exchanged(code, attempt)).send().await;
        let answer = good(answer.context("the provider does not exchange codes")?).await?;
        answer.json().await.context("the provider gave no tokens")
    }

    /// The form of the exchange: the secret in the body, as ProConnect wants it.
    fn exchanged(&self, code: &str, attempt: &Attempt) -> String {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "authorization_code")
            .append_pair("code", code)
            .append_pair("redirect_uri", &self.redirect)
            .append_pair("client_id", &self.settings.client_id)
            .append_pair("client_secret", self.settings.client_secret.expose_secret());
        if self.settings.pkce {
            form.append_pair("code_verifier", &attempt.verifier);
        }
        form.finish()
    }

    /// What the provider says of the person: a signed token (ProConnect), or plain JSON.
    async fn about(
        &self,
        metadata: &Metadata,
        keys: &JwkSet,
        access_token: &str,
        now: Timestamp,
    ) -> anyhow::Result<Value> {
        let request = self.client.get(&metadata.userinfo_endpoint).bearer_auth(access_token);
        let answer = good(request.send().await.context("the provider does not say who it is")?).await?;
        let kind = answer.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if !kind.starts_with("application/jwt") {
            return answer.json().await.context("what the provider says of the person");
        }
        let claims = self.verified(&answer.text().await?, keys).context("the signed answer about the person")?;
        self.check(&claims, &metadata.issuer, now, false)?;
        Ok(claims)
    }

    async fn get_json<T: DeserializeOwned>(&self, address: &str) -> anyhow::Result<T> {
        let answer = good(self.client.get(address).send().await?).await?;
        Ok(answer.json().await?)
    }

    /// The claims of a token whose signature holds.
    fn verified(&self, token: &str, keys: &JwkSet) -> anyhow::Result<Value> {
        let header = decode_header(token.trim())?;
        ensure!(ALGORITHMS.contains(&header.alg), "signed with {:?}, which is not accepted", header.alg);
        let mut validation = Validation::new(header.alg);
        // Checked by `check`, with the clock of the house.
        validation.required_spec_claims.clear();
        (validation.validate_exp, validation.validate_aud) = (false, false);
        if header.alg == Algorithm::HS256 {
            let key = DecodingKey::from_secret(self.settings.client_secret.expose_secret().as_bytes());
            return Ok(decode(token.trim(), &key, &validation)?.claims);
        }
        let key = match &header.kid {
            Some(kid) => keys.find(kid).with_context(|| format!("signed with a key that is not published: {kid}"))?,
            None => match keys.keys.as_slice() {
                [only] => only,
                _ => bail!("signed with one of several keys, and not said which"),
            },
        };
        Ok(decode(token.trim(), &DecodingKey::from_jwk(key)?, &validation)?.claims)
    }

    /// By whom, for whom, until when. What `must` be there is refused when it is missing.
    fn check(&self, claims: &Value, issuer: &str, now: Timestamp, must: bool) -> anyhow::Result<()> {
        match text(claims, "iss") {
            Some(by) => ensure!(by == issuer, "made by another issuer"),
            None => ensure!(!must, "no issuer"),
        }
        let mine = |one: &Value| one.as_str() == Some(&self.settings.client_id);
        match &claims["aud"] {
            Value::Array(all) => ensure!(all.iter().any(mine), "made for others"),
            Value::Null => ensure!(!must, "made for nobody"),
            one => ensure!(mine(one), "made for another"),
        }
        if let Some(azp) = text(claims, "azp") {
            ensure!(azp == self.settings.client_id, "made for another party");
        }
        match claims["exp"].as_i64() {
            Some(until) => ensure!(until + LEEWAY > now.as_second(), "too old"),
            None => ensure!(!must, "no end"),
        }
        Ok(())
    }
}

/// An account is known by its identity provider and its subject there: addresses change hands.
fn visitor(about: &Value, claims: &Value, issuer: &str, id_token: String) -> anyhow::Result<Visitor> {
    let said = |name: &str| text(about, name).or_else(|| text(claims, name));
    let subject = said("sub").context("no subject")?;
    let email = said("email").context("no e-mail address: ask for the scope « email »")?;
    ensure!(about["email_verified"] != Value::Bool(false), "the e-mail address is not verified");
    let account = format!("{} {subject}", said("idp_id").unwrap_or(issuer));
    Ok(Visitor { account, email: email.to_owned(), id_token })
}

fn text<'a>(claims: &'a Value, name: &str) -> Option<&'a str> {
    claims[name].as_str().filter(|text| !text.is_empty())
}

fn with_query(address: &str, query: &str) -> String {
    format!("{address}{}{query}", if address.contains('?') { '&' } else { '?' })
}

/// The answer, unless it is a refusal; what a provider says of an error holds no secret.
async fn good(answer: Response) -> anyhow::Result<Response> {
    let status = answer.status();
    if status.is_success() {
        return Ok(answer);
    }
    let refusal: Value = answer.json().await.unwrap_or_default();
    bail!("the provider answered {status} ({})", text(&refusal, "error").unwrap_or("no reason given"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jsonwebtoken::{EncodingKey, Header, encode};
    use serde_json::json;

    fn provider() -> Provider {
        let settings = OidcSettings {
            name: "Essai".to_owned(),
            issuer: "https://op.example".to_owned(),
            client_id: "declic".to_owned(),
            client_secret: "un secret partagé assez long".into(),
            pkce: true,
            scopes: "openid email".to_owned(),
        };
        Provider::new(settings, "https://coach.example").unwrap()
    }

    fn signed(secret: &str, algorithm: Algorithm) -> String {
        let key = EncodingKey::from_secret(secret.as_bytes());
        encode(&Header::new(algorithm), &json!({ "sub": "1" }), &key).unwrap()
    }

    #[test]
    fn only_signatures_that_hold_are_believed() {
        let (provider, keys) = (provider(), JwkSet { keys: Vec::new() });
        assert!(provider.verified(&signed("un secret partagé assez long", Algorithm::HS256), &keys).is_ok());
        assert!(provider.verified(&signed("un autre", Algorithm::HS256), &keys).is_err());
        assert!(provider.verified(&signed("un secret partagé assez long", Algorithm::HS512), &keys).is_err());
        let unsigned = format!("{}.{}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#), URL_SAFE_NO_PAD.encode("{}"));
        assert!(provider.verified(&unsigned, &keys).is_err());
    }

    #[test]
    fn a_token_for_others_of_others_or_of_yesterday_is_refused() {
        let (provider, now) = (provider(), Timestamp::from_second(1_000_000).unwrap());
        let good = json!({ "iss": "https://op.example", "aud": "declic", "exp": 1_000_100 });
        let check = |claims: &Value, must| provider.check(claims, "https://op.example", now, must);
        check(&good, true).unwrap();
        check(&json!({}), false).unwrap();
        for (name, value) in [
            ("iss", json!("https://evil.example")),
            ("aud", json!("autre")),
            ("aud", json!(["autre"])),
            ("azp", json!("autre")),
            ("exp", json!(999_900)),
        ] {
            let mut bad = good.clone();
            bad[name] = value;
            assert!(check(&bad, true).is_err() && check(&bad, false).is_err(), "{bad}");
        }
        for name in ["iss", "aud", "exp"] {
            let mut bad = good.clone();
            bad[name] = Value::Null;
            assert!(check(&bad, true).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_account_is_that_of_its_identity_provider() {
        let about = json!({ "sub": "1", "email": "claire@example.org", "idp_id": "dgfip" });
        let claire = visitor(&about, &json!({}), "https://op.example", String::new()).unwrap();
        assert_eq!((claire.account.as_str(), claire.email.as_str()), ("dgfip 1", "claire@example.org"));
        let plain = json!({ "sub": "1", "email": "a@b.c", "email_verified": false });
        assert!(visitor(&plain, &json!({}), "https://op.example", String::new()).is_err());
    }
}
