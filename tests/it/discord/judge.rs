//! Whether a request is one that Discord takes: its official schema, and the rules that the schema does not know.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, OnceLock};

use serde_json::{Value, json};

const SCHEMA: &str = include_str!("../../discord/openapi.json");

/// Body schemas that were compiled once.
static COMPILED: Mutex<Option<HashMap<String, std::sync::Arc<jsonschema::Validator>>>> = Mutex::new(None);

fn schema() -> &'static Value {
    static READ: OnceLock<Value> = OnceLock::new();
    READ.get_or_init(|| {
        let mut schema: Value = serde_json::from_str(SCHEMA).unwrap();
        close(&mut schema["components"]["schemas"]);
        schema
    })
}

/// The schema lets unknown keys pass; a typing mistake must not.
fn close(node: &mut Value) {
    if let Some(map) = node.as_object_mut() {
        let is_object = map.get("type").is_some_and(|kind| kind == "object") && map.contains_key("properties");
        if is_object && !map.contains_key("additionalProperties") && !map.contains_key("allOf") {
            map.insert("additionalProperties".to_owned(), json!(false));
        }
        map.values_mut().for_each(close);
    } else if let Some(list) = node.as_array_mut() {
        list.iter_mut().for_each(close);
    }
}

/// All that is wrong with a request.
pub fn judge(method: &str, path: &str, body: Option<&Value>) -> Vec<String> {
    let Some((template, operation)) = operation(method, path) else {
        return vec![format!("{method} {path}: Discord has no such address")];
    };
    let mut wrong = Vec::new();
    let wanted = &operation["requestBody"]["content"]["application/json"]["schema"];
    match body {
        Some(body) if wanted.is_object() => wrong.extend(invalid(&format!("{method} {template}"), wanted, body)),
        Some(_) => wrong.push(format!("{method} {template}: no body is expected")),
        None if operation["requestBody"]["required"] == true => wrong.push(format!("{method} {template}: no body")),
        None => {}
    }
    if let Some(body) = body {
        wrong.extend(beyond(&template, body).into_iter().map(|what| format!("{method} {template}: {what}")));
    }
    wrong
}

/// Literal parts of an address go before placeholders.
fn operation(method: &str, path: &str) -> Option<(String, &'static Value)> {
    let parts: Vec<&str> = path.split('/').collect();
    let fits = |template: &&String| {
        let wanted: Vec<&str> = template.split('/').collect();
        wanted.len() == parts.len()
            && wanted.iter().zip(&parts).all(|(want, part)| want.starts_with('{') || want == part)
    };
    let paths = schema()["paths"].as_object()?;
    let template = paths.keys().filter(fits).min_by_key(|template| template.matches('{').count())?;
    let operation = paths[template].get(method.to_lowercase())?;
    Some((template.clone(), operation))
}

fn invalid(name: &str, wanted: &Value, body: &Value) -> Vec<String> {
    let mut compiled = COMPILED.lock().unwrap();
    let validator = compiled.get_or_insert_default().entry(name.to_owned()).or_insert_with(|| {
        let mut whole = json!({ "components": schema()["components"], "allOf": [wanted] });
        close(&mut whole["allOf"]);
        std::sync::Arc::new(jsonschema::draft202012::new(&whole).unwrap())
    });
    let errors = validator.iter_errors(body);
    errors
        .map(|error| {
            format!("{name}: {} at {}", error.to_string().chars().take(300).collect::<String>(), error.instance_path())
        })
        .collect()
}

/// What the schema does not say.
fn beyond(template: &str, body: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    if template.ends_with("/commands") {
        wrong.extend(commands(body));
    }
    let message = if template.ends_with("/callback") { &body["data"] } else { body };
    if template.contains("/callback") || template.contains("messages") || template.contains("/webhooks/") {
        wrong.extend(self::message(message));
    }
    if template.ends_with("channels/{channel_id}/messages") && is_empty(body) {
        wrong.push("an empty message".to_owned());
    }
    wrong
}

fn commands(body: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut seen = HashSet::new();
    for command in body.as_array().into_iter().flatten() {
        let options = command["options"].as_array().into_iter().flatten();
        for named in std::iter::once(command).chain(options) {
            let localised = named["name_localizations"].as_object().into_iter().flatten().map(|(_, name)| name);
            for name in std::iter::once(&named["name"]).chain(localised).filter_map(Value::as_str) {
                if name != name.to_lowercase() || name.contains(' ') {
                    wrong.push(format!("the name « {name} »"));
                }
            }
        }
        if !seen.insert(command["name"].to_string()) {
            wrong.push("two commands of one name".to_owned());
        }
    }
    wrong
}

fn message(message: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let units = |text: &Value| text.as_str().map_or(0, |text| text.encode_utf16().count());
    if units(&message["content"]) > 2000 {
        wrong.push("more than 2,000 characters".to_owned());
    }
    let embeds = message["embeds"].as_array().map(Vec::as_slice).unwrap_or_default();
    let fields = |embed: &Value| -> usize {
        let fields = embed["fields"].as_array().into_iter().flatten();
        fields.map(|field| units(&field["name"]) + units(&field["value"])).sum()
    };
    let size: usize = embeds.iter().map(|one| units(&one["title"]) + units(&one["description"]) + fields(one)).sum();
    if size > 6000 {
        wrong.push(format!("embeds of {size} characters"));
    }
    let empty = |embed: &Value| units(&embed["title"]) + units(&embed["description"]) + fields(embed) == 0;
    if embeds.iter().any(empty) {
        wrong.push("an empty embed".to_owned());
    }
    let rows = message["components"].as_array().map(Vec::as_slice).unwrap_or_default();
    if rows.len() > 5 {
        wrong.push("more than 5 rows".to_owned());
    }
    let mut ids = HashSet::new();
    for component in rows.iter().flat_map(|row| row["components"].as_array().into_iter().flatten()) {
        if !ids.insert(component["custom_id"].to_string()) {
            wrong.push("one custom_id twice".to_owned());
        }
        if component["type"] == 2 && component["label"].as_str().is_none_or(str::is_empty) {
            wrong.push("a button without words".to_owned());
        }
    }
    let parse = &message["allowed_mentions"]["parse"];
    let may_mention = units(&message["content"]) > 0 && parse.as_array().is_none_or(|parse| !parse.is_empty());
    if may_mention && message.get("content").is_some() && message["type"].is_null() && message.get("nonce").is_some() {
        wrong.push("it may mention people".to_owned());
    }
    wrong
}

fn is_empty(body: &Value) -> bool {
    let none = |key: &str| body[key].as_array().is_none_or(Vec::is_empty);
    body["content"].as_str().is_none_or(str::is_empty) && none("embeds") && none("components")
}

#[test]
fn the_judge_refuses_what_discord_refuses() {
    let path = "/channels/1/messages";
    assert_eq!(judge("POST", path, Some(&json!({ "content": "bonjour" }))), Vec::<String>::new());
    for bad in [
        json!({ "content": "x".repeat(2001) }),
        json!({ "content": "" }),
        json!({ "content": "x", "contents": "y" }),
        json!({ "content": "x", "nonce": "x".repeat(26) }),
        json!({ "embeds": [{ "title": "x".repeat(257) }] }),
        json!({ "embeds": [{ "description": "x".repeat(4000) }, { "description": "x".repeat(2001) }] }),
        json!({ "components": [{ "type": 1, "components": [
            { "type": 2, "style": 2, "label": "x".repeat(81), "custom_id": "a" }] }] }),
        json!({ "components": [{ "type": 1, "components": [
            { "type": 2, "style": 2, "label": "x", "custom_id": "a" },
            { "type": 2, "style": 2, "label": "y", "custom_id": "a" }] }] }),
    ] {
        assert!(!judge("POST", path, Some(&bad)).is_empty(), "{bad}");
    }
    assert!(!judge("POST", "/channels/1/message", Some(&json!({}))).is_empty());
    let upper = json!([{ "name": "Coach", "description": "x", "type": 1 }]);
    assert!(!judge("PUT", "/applications/1/commands", Some(&upper)).is_empty());
}
