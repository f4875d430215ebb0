//! A login as somebody has captured it: a HAR file of the browser, the form's value, its body, the page
//! that posts itself, the XML, or an ID token. Found by looking, since a tired person has what they have.

use serde::Deserialize;
use serde_json::Value;

use crate::error::Failure;
use crate::error::Result;
use crate::model::printable;
use crate::model::time::Time;
use crate::saml::binding;

/// What was captured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Message {
    /// The XML of a SAML response.
    Response(Vec<u8>),
    /// An ID token, as it came.
    Token(String),
}

/// A login in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Captured {
    /// The message.
    pub(super) message: Message,
    /// Where the browser posted it, where the file says.
    pub(super) posted_to: Option<String>,
    /// When, where the file says.
    pub(super) at: Option<Time>,
}

impl Captured {
    fn bare(message: Message) -> Self {
        Self { message, posted_to: None, at: None }
    }
}

/// Every login of a file, in order; at least one.
pub(super) fn read(bytes: &[u8], file: &str) -> Result<Vec<Captured>> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    // XML of another encoding is the XML reader's to read.
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Ok(vec![Captured::bare(Message::Response(bytes.to_vec()))]);
    }
    let start = bytes.trim_ascii_start();
    match start.first() {
        None => Err(Failure::input("capture-empty", format!("{file}: there is nothing in it"))
            .hint("give the value of the form field `SAMLResponse`, the XML, a HAR file, or an ID token")
            .into()),
        Some(b'<') => markup(bytes, start, file),
        Some(b'{') => json(start, file),
        Some(_) => Ok(vec![text(start, file)?]),
    }
}

fn nothing(file: &str, what: &str) -> anyhow::Error {
    Failure::input("capture-no-login", format!("{file}: {what} has no `SAMLResponse` and no `id_token`"))
        .hint("record from before the login until the vendor's page is there: in the browser's network tab keep the log over page changes, then save all as HAR")
        .into()
}

fn markup(whole: &[u8], start: &[u8], file: &str) -> Result<Vec<Captured>> {
    let head: Vec<u8> = start.iter().take(200).map(u8::to_ascii_lowercase).collect();
    let is_page = ["<html", "<!doctype html", "<form", "<body", "<input"].iter().any(|word| head.starts_with(word.as_bytes()));
    if !is_page {
        return Ok(vec![Captured::bare(Message::Response(whole.to_vec()))]);
    }
    let page = String::from_utf8_lossy(start);
    let value = field(&page, "SAMLResponse").map(|value| response(&value, file)).or_else(|| field(&page, "id_token").map(|value| Ok(Message::Token(value))));
    Ok(vec![Captured::bare(value.ok_or_else(|| nothing(file, "this page"))??)])
}

fn response(value: &str, file: &str) -> Result<Message> {
    Ok(Message::Response(binding::decode(value, file)?))
}

/// The value of a field of a form.
fn field(page: &str, name: &str) -> Option<String> {
    let mut rest = page;
    while let Some(at) = rest.find("<input").or_else(|| rest.find("<INPUT")) {
        let tag = &rest[at + 6..];
        let end = tag.find('>').unwrap_or(tag.len());
        // A value in quotes may hold the sign that ends a tag.
        if attribute(&tag[..end], "name").as_deref() == Some(name) {
            return attribute(tag, "value");
        }
        rest = &tag[end..];
    }
    None
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let lower = tag.to_ascii_lowercase();
    let mut from = 0;
    while let Some(found) = lower[from..].find(name) {
        let (start, end) = (from + found, from + found + name.len());
        from = end;
        let stands_alone = lower[..start].ends_with(|c: char| c.is_ascii_whitespace() || matches!(c, '"' | '\''));
        let Some(value) = lower[end..].trim_start().strip_prefix('=').filter(|_| stands_alone) else { continue };
        let at = tag.len() - value.len();
        let value = tag[at..].trim_start();
        let quote = value.chars().next()?;
        return Some(unescaped(match quote {
            '"' | '\'' => value[1..].split(quote).next()?,
            _ => value.split(|c: char| c.is_ascii_whitespace() || c == '>').next()?,
        }));
    }
    None
}

/// Character references of HTML, as far as base64 and tokens need them.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.find(';').filter(|end| *end < 12);
        let name = end.map_or("", |end| &rest[1..end]);
        let number = match name.strip_prefix('#') {
            Some(digits) => match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok(),
                None => digits.parse().ok(),
            },
            None => match name {
                "amp" => Some(0x26),
                "lt" => Some(0x3c),
                "gt" => Some(0x3e),
                "quot" => Some(0x22),
                "plus" => Some(0x2b),
                "equals" => Some(0x3d),
                "sol" => Some(0x2f),
                _ => None,
            },
        };
        match (number.and_then(char::from_u32), end) {
            (Some(sign), Some(end)) => {
                plain.push(sign);
                rest = &rest[end + 1..];
            }
            _ => {
                plain.push('&');
                rest = &rest[1..];
            }
        }
    }
    plain + rest
}

/// A body of a form, a URL, a token, or the value itself.
fn text(bytes: &[u8], file: &str) -> Result<Captured> {
    let text = std::str::from_utf8(bytes.trim_ascii())
        .map_err(|error| Failure::input("capture-encoding", format!("{file}: this is neither XML nor text")).because(error).hint("save it as UTF-8"))?;
    if text.starts_with("eyJ") && text.contains('.') {
        return Ok(Captured::bare(Message::Token(text.to_owned())));
    }
    let has = |name: &str| text.starts_with(&format!("{name}=")) || text.contains(&format!("&{name}=")) || text.contains(&format!("?{name}=")) || text.contains(&format!("#{name}="));
    if has("SAMLResponse") || has("id_token") {
        return pairs(text, file)?.map(Captured::bare).ok_or_else(|| nothing(file, "this form"));
    }
    Ok(Captured::bare(response(text, file)?))
}

/// The message of a query, a fragment or a form's body.
fn pairs(text: &str, file: &str) -> Result<Option<Message>> {
    let query = text.rsplit(['?', '#']).next().unwrap_or(text);
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            // A plus that nobody encoded has become a space.
            "SAMLResponse" => return response(&value.replace(' ', "+"), file).map(Some),
            "id_token" => return Ok(Some(Message::Token(value.into_owned()))),
            _ => {}
        }
    }
    Ok(None)
}

/// As much of HAR 1.2 as is needed.
#[derive(Deserialize)]
struct Har {
    log: Log,
}

#[derive(Deserialize)]
struct Log {
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    #[serde(default)]
    started_date_time: String,
    request: Request,
    #[serde(default)]
    response: Option<Answer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    url: String,
    #[serde(default)]
    post_data: Option<PostData>,
}

#[derive(Deserialize)]
struct PostData {
    #[serde(default)]
    text: String,
    #[serde(default)]
    params: Vec<Param>,
}

#[derive(Deserialize)]
struct Param {
    name: String,
    #[serde(default)]
    value: String,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    content: Option<Content>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Content {
    #[serde(default)]
    mime_type: String,
    #[serde(default)]
    text: String,
}

fn json(bytes: &[u8], file: &str) -> Result<Vec<Captured>> {
    let unreadable = |error: serde_json::Error| {
        // What serde quotes may be of the login.
        Failure::input("capture-json", format!("{file}:{}:{}: this is neither a HAR file nor an answer with an `id_token`", error.line(), error.column()))
            .hint("save the network tab as HAR once more, and whole")
    };
    if let Ok(har) = serde_json::from_slice::<Har>(bytes) {
        let mut found = Vec::new();
        for entry in har.log.entries {
            found.extend(of_entry(&entry, file)?);
        }
        return if found.is_empty() { Err(nothing(file, "this recording")) } else { Ok(found) };
    }
    let answer: Value = serde_json::from_slice(bytes).map_err(unreadable)?;
    if answer.get("log").is_some() {
        return Err(serde_json::from_slice::<Har>(bytes).map_err(unreadable).err().map_or_else(|| nothing(file, "this recording"), Into::into));
    }
    let text = |name: &str| answer.get(name).and_then(Value::as_str);
    let message = match (text("SAMLResponse"), text("id_token")) {
        (Some(value), _) => response(value, file)?,
        (None, Some(token)) => Message::Token(token.to_owned()),
        (None, None) => return Err(nothing(file, "this object")),
    };
    Ok(vec![Captured::bare(message)])
}

/// The message that a request of the browser carries, or that its answer brings.
fn of_entry(entry: &Entry, file: &str) -> Result<Option<Captured>> {
    let request = &entry.request;
    let address = request.url.split(['?', '#']).next().unwrap_or_default();
    let mut message = None;
    if let Some(data) = &request.post_data {
        for param in &data.params {
            match param.name.as_str() {
                "SAMLResponse" => message = Some(response(&param.value, file)?),
                "id_token" => message = Some(Message::Token(param.value.clone())),
                _ => {}
            }
        }
        if message.is_none() && (data.text.contains("SAMLResponse=") || data.text.contains("id_token=")) {
            message = pairs(&data.text, file)?;
        }
    }
    if message.is_none() && (request.url.contains("SAMLResponse=") || request.url.contains("id_token=")) {
        message = pairs(&request.url, file)?;
    }
    let content = entry.response.as_ref().and_then(|answer| answer.content.as_ref());
    if message.is_none()
        && let Some(content) = content.filter(|content| content.mime_type.contains("json") && content.text.contains("\"id_token\""))
        && let Ok(answer) = serde_json::from_str::<Value>(&content.text)
        && let Some(token) = answer.get("id_token").and_then(Value::as_str)
    {
        message = Some(Message::Token(token.to_owned()));
    }
    let at = Time::parse(&entry.started_date_time);
    Ok(message.map(|message| Captured { message, posted_to: Some(printable(address)), at }))
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;
    use serde_json::json;

    use super::*;
    use crate::error::failure_of;

    const XML: &str = "<p:Response>\u{fc}?>???</p:Response>";

    fn one(text: &str) -> Captured {
        let mut all = read(text.as_bytes(), "x").unwrap();
        assert_eq!(all.len(), 1);
        all.remove(0)
    }

    fn code(text: &str) -> &'static str {
        failure_of(&read(text.as_bytes(), "x").unwrap_err()).unwrap().code()
    }

    #[test]
    fn whatever_somebody_has_the_response_is_found() {
        let value = BASE64_STANDARD.encode(XML);
        let escaped: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
        let references = value.replace('+', "&#x2B;").replace('=', "&#61;").replace('/', "&sol;");
        let cases = [
            XML.to_owned(),
            value.clone(),
            escaped.clone(),
            format!("RelayState=a&SAMLResponse={escaped}"),
            // As some tools copy it.
            format!("SAMLResponse={value}&RelayState=b"),
            format!("https://sp.example.org/acs?SAMLResponse={escaped}#x="),
            format!("<!DOCTYPE html><form><input type='hidden' name=\"RelayState\" value=\"a>b\"/><input type=hidden value=\"{references}\" name='SAMLResponse'></form>"),
            format!("<html><INPUT NAME=SAMLResponse VALUE={value}></html>").replace("NAME", "name").replace("VALUE", "value"),
            json!({ "SAMLResponse": value }).to_string(),
        ];
        for text in cases {
            // A fragment behind the query is none of it.
            let text = text.trim_end_matches("#x=").to_owned();
            assert_eq!(one(&text).message, Message::Response(XML.as_bytes().to_vec()), "{text}");
        }
    }

    #[test]
    fn a_recording_gives_its_logins_with_time_and_place() {
        let value = BASE64_STANDARD.encode(XML);
        let entry = |url: &str, data: Value, answer: Value| {
            json!({ "startedDateTime": "2026-11-27T10:00:00.123+01:00", "time": 1, "request": { "method": "POST", "url": url, "postData": data }, "response": { "content": answer } })
        };
        let form = json!({ "mimeType": "x", "params": [{ "name": "SAMLResponse", "value": value }] });
        let text = json!({ "text": format!("RelayState=x&SAMLResponse={}", url::form_urlencoded::byte_serialize(value.as_bytes()).collect::<String>()) });
        let token = json!({ "mimeType": "application/json; charset=utf-8", "text": "{\"id_token\": \"eyJ.e30.x\"}" });
        let nothing = json!({ "mimeType": "text/html" });
        let har = json!({ "log": { "version": "1.2", "entries": [
            entry("https://idp.example.org/sso?SAMLRequest=x", json!({ "text": "" }), nothing.clone()),
            entry("https://sp.example.org/acs?x=1", form, nothing.clone()),
            entry("https://sp.example.org/acs", text, nothing.clone()),
            entry("https://idp.example.org/token", json!({ "text": "code=1" }), token),
        ] } });
        let all = read(har.to_string().as_bytes(), "x").unwrap();
        assert_eq!(all.len(), 3);
        assert_eq!(all[0].posted_to.as_deref(), Some("https://sp.example.org/acs"));
        assert_eq!(all[0].at, Time::parse("2026-11-27T09:00:00Z"));
        assert_eq!(all[0].message, all[1].message);
        assert_eq!(all[2].message, Message::Token("eyJ.e30.x".to_owned()));
        let empty = json!({ "log": { "entries": [entry("https://a.example", Value::Null, nothing)] } });
        assert_eq!(code(&empty.to_string()), "capture-no-login");
    }

    #[test]
    fn what_is_no_login_is_refused_by_name() {
        assert_eq!(code(" \n"), "capture-empty");
        assert_eq!(code("{\"log\": 1}"), "capture-json");
        assert_eq!(code("{\"log\""), "capture-json");
        assert_eq!(code("{}"), "capture-no-login");
        assert_eq!(code("<html><form></form></html>"), "capture-no-login");
        assert_eq!(code("no login!"), "message-not-base64");
        assert_eq!(failure_of(&read(b"\xc3\x28", "x").unwrap_err()).unwrap().code(), "capture-encoding");
        let token = one("eyJhbGciOiJub25lIn0.e30.\n");
        assert_eq!(token.message, Message::Token("eyJhbGciOiJub25lIn0.e30.".to_owned()));
        assert_eq!(one("https://sp.example.org/cb#id_token=eyJ.e30.x&state=1").message, Message::Token("eyJ.e30.x".to_owned()));
    }
}
