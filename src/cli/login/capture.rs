//! A login as somebody has captured it: a HAR file of the browser, the form's value, its body, the page
//! that posts itself, the XML, or an ID token. Found by looking, since a tired person has what they have.

mod har;
mod page;

use serde_json::Value;

use crate::error::Failure;
use crate::model::time::Time;
use crate::saml::binding;

/// The largest JSON that is no recording, in bytes.
const MOST_JSON: usize = 1 << 20;

/// What was captured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Message {
    /// The XML of a SAML response.
    Xml(Vec<u8>),
    /// A SAML response as a form or a query carries it.
    Carried(String),
    /// An ID token, as it came.
    Token(String),
}

impl Message {
    /// The message that a parameter of this name carries.
    fn named(name: &str, value: &str) -> Option<Self> {
        match name {
            "SAMLResponse" => Some(Self::Carried(value.to_owned())),
            "id_token" => Some(Self::Token(value.to_owned())),
            _ => None,
        }
    }

    /// The XML of a SAML message.
    pub(super) fn xml(&self, file: &str) -> Result<Vec<u8>, Failure> {
        match self {
            Self::Xml(xml) => Ok(xml.clone()),
            Self::Carried(value) => binding::decode(value, file),
            Self::Token(_) => Err(Failure::bug("a token is no XML")),
        }
    }
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

/// Every login of a file, in order; at least one. None is decoded yet: one that cannot be is no harm
/// to the others.
pub(super) fn read(bytes: &[u8], file: &str) -> Result<Vec<Captured>, Failure> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    // XML of another encoding is the XML reader's to read.
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Ok(vec![Captured::bare(Message::Xml(bytes.to_vec()))]);
    }
    let start = bytes.trim_ascii_start();
    match start.first() {
        None => Err(Failure::input("capture-empty", format!("{file}: there is nothing in it"))
            .hint("give the value of the form field `SAMLResponse`, the XML, a HAR file, or an ID token")),
        Some(b'<') => markup(bytes, start, file),
        Some(b'{') => json(start, file),
        Some(_) => Ok(vec![Captured::bare(text(start, file)?)]),
    }
}

fn nothing(file: &str, what: &str) -> Failure {
    Failure::input("capture-no-login", format!("{file}: {what} has no `SAMLResponse` and no `id_token`"))
        .hint("record from before the login until the vendor's page is there: in the browser's network tab keep the log over page changes, then save all as HAR")
}

fn markup(whole: &[u8], start: &[u8], file: &str) -> Result<Vec<Captured>, Failure> {
    // Behind comments and declarations; no SAML message has such an element.
    let head = String::from_utf8_lossy(&start[..start.len().min(2048)]).to_ascii_lowercase();
    let pages = ["<html", "<!doctype html", "<form", "<body", "<head", "<input"];
    if !pages.iter().any(|word| head.contains(word)) {
        return Ok(vec![Captured::bare(Message::Xml(whole.to_vec()))]);
    }
    let text = String::from_utf8_lossy(start);
    let message = match (page::field(&text, "SAMLResponse"), page::field(&text, "id_token")) {
        (Some(value), _) => Message::Carried(value),
        (None, Some(token)) => Message::Token(token),
        (None, None) => return Err(nothing(file, "this page")),
    };
    Ok(vec![Captured::bare(message)])
}

/// A body of a form, a URL, a token, or the value itself.
fn text(bytes: &[u8], file: &str) -> Result<Message, Failure> {
    let text = std::str::from_utf8(bytes.trim_ascii()).map_err(|error| {
        Failure::input("capture-encoding", format!("{file}: this is neither XML nor text"))
            .because(error)
            .hint("save it as UTF-8")
    })?;
    // As it is copied out of a source, a header or a table of parameters.
    let text = text.strip_prefix("Bearer ").or_else(|| text.strip_prefix("SAMLResponse:")).unwrap_or(text).trim();
    let text = text.trim_matches(['"', '\'']);
    if text.starts_with("eyJ") && text.contains('.') {
        return Ok(Message::Token(text.to_owned()));
    }
    let stands = |sign: &str, name: &str| text.contains(&format!("{sign}{name}="));
    let has = |name: &str| {
        text.starts_with(&format!("{name}=")) || ["&", "?", "#"].into_iter().any(|sign| stands(sign, name))
    };
    if ["SAMLResponse", "id_token"].into_iter().any(has) {
        return pairs(text).ok_or_else(|| nothing(file, "this form"));
    }
    if has("SAMLRequest") {
        // The question in the place of the answer is told as such by whoever reads it.
        let renamed = text.replacen("SAMLRequest=", "SAMLResponse=", 1);
        return pairs(&renamed).ok_or_else(|| nothing(file, "this form"));
    }
    Ok(Message::Carried(text.to_owned()))
}

/// The message of a URL's query or fragment, or of a form's body.
fn pairs(text: &str) -> Option<Message> {
    let of = |pairs: &str| {
        let all = url::form_urlencoded::parse(pairs.as_bytes());
        // A plus that nobody encoded has become a space; no base64 has one.
        all.filter_map(|(name, value)| Message::named(&name, &value.replace(' ', "+"))).last()
    };
    let is_address = text.split(['=', '?', '#']).next().is_some_and(|head| head.contains("://") || head.starts_with('/'));
    if !is_address {
        return of(text);
    }
    let (address, fragment) = text.split_once('#').unwrap_or((text, ""));
    let query = address.split_once('?').map_or("", |(_, query)| query);
    of(query).or_else(|| of(fragment))
}

fn json(bytes: &[u8], file: &str) -> Result<Vec<Captured>, Failure> {
    // What serde quotes may be of the login.
    let unreadable = |error: &serde_json::Error| {
        let place = format!("{file}:{}:{}", error.line(), error.column());
        Failure::input("capture-json", format!("{place}: this is neither a HAR file nor an answer with an `id_token`"))
            .hint("save the network tab as HAR once more, and whole")
    };
    let no_recording = match har::read(bytes) {
        Ok(all) if all.is_empty() => return Err(nothing(file, "this recording")),
        Ok(all) => return Ok(all),
        Err(error) => error,
    };
    if bytes.len() > MOST_JSON {
        return Err(unreadable(&no_recording));
    }
    let answer: Value = serde_json::from_slice(bytes).map_err(|error| unreadable(&error))?;
    if answer.get("log").is_some() {
        return Err(unreadable(&no_recording));
    }
    let named = |name: &str| Message::named(name, answer.get(name)?.as_str()?);
    let message = named("SAMLResponse").or_else(|| named("id_token")).ok_or_else(|| nothing(file, "this object"))?;
    Ok(vec![Captured::bare(message)])
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;
    use serde_json::json;

    use super::*;

    const XML: &str = "<p:Response>\u{fc}?>???</p:Response>";

    fn one(text: &str) -> Captured {
        let mut all = read(text.as_bytes(), "x").unwrap();
        assert_eq!(all.len(), 1);
        all.remove(0)
    }

    fn code(text: &str) -> &'static str {
        read(text.as_bytes(), "x").and_then(|all| all[0].message.xml("x").map(|_| ())).unwrap_err().code()
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
            format!("https://sp.example.org/acs?SAMLResponse={escaped}#top"),
            format!("SAMLResponse={escaped}&RelayState=https://sp.example.org/app?x=1#home"),
            format!("\"{value}\""),
            format!("SAMLResponse: {value}"),
            value.replace('+', "-").replace('/', "_"),
            format!("<!-- saved --><HTML><Input name='SAMLResponse' value='{value}'>"),
            format!("<!DOCTYPE html><form><input type='hidden' name=\"RelayState\" value=\"a>b\"/><input type=hidden value=\"{references}\" name='SAMLResponse'></form>"),
            format!("<html><INPUT NAME=SAMLResponse VALUE={value}></html>").replace("NAME", "name").replace("VALUE", "value"),
            json!({ "SAMLResponse": value }).to_string(),
        ];
        for text in cases {
            assert_eq!(one(&text).message.xml("x").unwrap(), XML.as_bytes(), "{text}");
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
    fn a_long_page_is_read_once() {
        let page = format!("<html><input name='SAMLResponse' value='{}'>", "&".repeat(4 << 20));
        assert!(matches!(one(&page).message, Message::Carried(value) if value.len() == 4 << 20));
        assert_eq!(code(&format!("<html>{}", "<INPUT>".repeat(1 << 20))), "capture-no-login");
        assert_eq!(code(&format!("<html>{}", "<input ".repeat(1 << 20))), "capture-no-login");
    }

    #[test]
    fn what_is_no_login_is_refused_by_name() {
        assert_eq!(code(" \n"), "capture-empty");
        assert_eq!(code("{\"log\": 1}"), "capture-json");
        assert_eq!(code("{\"log\""), "capture-json");
        assert_eq!(code("{}"), "capture-no-login");
        assert_eq!(code("<html><form></form></html>"), "capture-no-login");
        assert_eq!(code("no login!"), "message-not-base64");
        assert_eq!(read(b"\xc3\x28", "x").unwrap_err().code(), "capture-encoding");
        let question = one(&format!("SAMLRequest={}", BASE64_STANDARD.encode("<p:AuthnRequest/>")));
        assert_eq!(question.message.xml("x").unwrap(), b"<p:AuthnRequest/>");
        let token = one("eyJhbGciOiJub25lIn0.e30.\n");
        assert_eq!(token.message, Message::Token("eyJhbGciOiJub25lIn0.e30.".to_owned()));
        assert_eq!(one("https://sp.example.org/cb#id_token=eyJ.e30.x&state=1").message, Message::Token("eyJ.e30.x".to_owned()));
    }
}
