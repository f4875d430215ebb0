//! A login as somebody has captured it: a HAR file of the browser, the form's value, its body, the page
//! that posts itself, the XML, or an ID token. Found by looking, since a tired person has what they have.

pub(super) mod code;
pub(super) mod fields;
mod har;
mod markup;
mod page;
mod references;
mod tags;

use serde_json::Map;
use serde_json::Value;

use crate::cli::login::capture::code::Callback;
use crate::cli::login::capture::fields::Fields;
use crate::cli::login::capture::har::Recording;
use crate::error::Failure;
use crate::model::time::Time;
use crate::oidc::json;
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
    /// What the browser brought back in a login by a code.
    Callback(Callback),
    /// Several that stand where one belongs: what the vendor takes nobody knows.
    Ambiguous {
        /// Of which kinds.
        names: Vec<&'static str>,
        /// Where they stand, in a clause.
        told: String,
    },
}

impl Message {
    /// Whether it is of a login by a code.
    pub(super) fn is_by_code(&self) -> bool {
        matches!(self, Self::Callback(_))
    }

    /// What messages call the XML: lines and columns of what was decoded are not those of the file.
    pub(super) fn xml_called(&self, file: &str) -> String {
        match self {
            Self::Xml(_) => file.to_owned(),
            _ => format!("the XML in {file}"),
        }
    }

    /// The XML of a SAML message.
    pub(super) fn xml(&self, file: &str) -> Result<Vec<u8>, Failure> {
        match self {
            Self::Xml(xml) => Ok(xml.clone()),
            Self::Carried(value) => binding::decode_copied(value, file),
            Self::Token(_) | Self::Callback(_) => Err(Failure::bug("a token is no XML")),
            Self::Ambiguous { told, .. } => Err(ambiguous(file, told)),
        }
    }
}

fn ambiguous(file: &str, told: &str) -> Failure {
    Failure::input("capture-ambiguous", format!("{file}: {told}"))
        .hint("never trust it: find out who adds the other one, the identity provider's page, a proxy or an attacker; a HAR file says what a page has posted, and `--entry N` looks at another login of a recording")
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
    /// The RelayState that came along, empty where none did; nothing where the file does not say.
    pub(super) relay_state: Option<String>,
    /// IDs of the SAML requests that the file has before it.
    pub(super) asked: Vec<String>,
}

impl Captured {
    fn bare(message: Message) -> Self {
        Self { message, posted_to: None, at: None, relay_state: None, asked: Vec::new() }
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
        Some(b'<') => markup::read(bytes, start, file),
        Some(b'{') => object(start, file),
        Some(_) => Ok(vec![text(start, file)?]),
    }
}

/// What is said of a JSON object in which a member stands twice.
fn twice(failure: &Failure) -> String {
    format!("{failure}; vendors take the first, the last or both")
}

fn nothing(file: &str, what: &str) -> Failure {
    Failure::input("capture-no-login", format!("{file}: {what} has no `SAMLResponse` and no `id_token`"))
        .hint("record from before the login until the vendor's page is there: in the browser's network tab keep the log over page changes, then save all as HAR")
}

/// A login by a code has begun, and nothing came back.
fn unanswered(file: &str) -> Failure {
    let told = "in this recording a login asks for a code, and nothing comes back";
    Failure::input("capture-no-login", format!("{file}: {told}"))
        .hint("what the identity provider's page said is the reason: an unknown redirect URI or client, or a login that was not finished; `ssoctl connection test NAME` makes a login of its own")
}

/// A body of a form, a URL, a token, or the value itself.
fn text(bytes: &[u8], file: &str) -> Result<Captured, Failure> {
    let text = std::str::from_utf8(bytes.trim_ascii()).map_err(|error| {
        Failure::input("capture-encoding", format!("{file}: this is neither XML nor text"))
            .because(error)
            .hint("save it as UTF-8")
    })?;
    // As it is copied out of a source, a header or a table of parameters.
    let text = text.strip_prefix("Bearer ").or_else(|| text.strip_prefix("SAMLResponse:")).unwrap_or(text).trim();
    let text = text.trim_matches(['"', '\'']);
    if text.starts_with("eyJ") && text.contains('.') {
        return Ok(Captured::bare(Message::Token(text.to_owned())));
    }
    let stands = |sign: &str, name: &str| text.contains(&format!("{sign}{name}="));
    let has = |name: &str| {
        text.starts_with(&format!("{name}=")) || ["&", "?", "#", ";"].into_iter().any(|sign| stands(sign, name))
    };
    let of = |text: &str| {
        let mut found = Fields::default();
        match fields::is_of_parts(text) {
            true => fields::parts(text, &mut found),
            false => fields::url_or_body(text, &mut found),
        }
        // Somebody may have copied a part of it: a RelayState that is not there says nothing.
        let relay_state = found.relay_state();
        let message = found.message().ok_or_else(|| nothing(file, "this form"))?;
        Ok(Captured { relay_state, ..Captured::bare(message) })
    };
    if fields::is_of_parts(text) {
        return of(text);
    }
    if ["SAMLResponse", "id_token"].into_iter().any(has) {
        return of(text);
    }
    if has("SAMLRequest") {
        // The question in the place of the answer is told as such by whoever reads it.
        let asked = of(&text.replace("SAMLRequest=", "SAMLResponse="))?;
        let is_answer = asked.message.xml("").is_ok_and(|xml| !markup::root(&String::from_utf8_lossy(&xml)).is_some_and(|root| root.ends_with("Request")));
        if is_answer {
            let told = "an answer stands in the field of a request, `SAMLRequest`, where no vendor looks for one".to_owned();
            return Ok(Captured::bare(Message::Ambiguous { names: vec!["SAMLResponse"], told }));
        }
        return Ok(asked);
    }
    Ok(Captured::bare(Message::Carried(text.to_owned())))
}

fn object(bytes: &[u8], file: &str) -> Result<Vec<Captured>, Failure> {
    // What serde quotes may be of the login.
    let unreadable = |error: &serde_json::Error| {
        let place = format!("{file}:{}:{}", error.line(), error.column());
        Failure::input("capture-json", format!("{place}: this is neither a HAR file nor an answer with an `id_token`"))
            .hint("save the network tab as HAR once more, and whole")
    };
    let no_recording = match har::read(bytes) {
        Ok(Recording { logins, asks_for_a_code: true }) if logins.is_empty() => return Err(unanswered(file)),
        Ok(Recording { logins, .. }) if logins.is_empty() => return Err(nothing(file, "this recording")),
        Ok(Recording { logins, .. }) => return Ok(logins),
        Err(error) => error,
    };
    if bytes.len() > MOST_JSON {
        return Err(unreadable(&no_recording));
    }
    let answer = match json::object(bytes, file) {
        Ok(answer) => answer,
        Err(failure) if failure.code() == "json-duplicate-key" => return Err(ambiguous(file, &twice(&failure))),
        Err(_) => return Err(unreadable(&no_recording)),
    };
    if answer.contains_key("log") {
        return Err(unreadable(&no_recording));
    }
    let mut fields = Fields::default();
    members(&answer, &mut fields);
    let relay_state = fields.relay_state();
    let message = fields.message().ok_or_else(|| nothing(file, "this object"))?;
    Ok(vec![Captured { relay_state, ..Captured::bare(message) }])
}

/// Takes the members of an object, such as the answer of a token endpoint.
fn members(object: &Map<String, Value>, fields: &mut Fields) {
    for (name, value) in object {
        if let Some(value) = value.as_str() {
            fields.add(name, || value.to_owned(), || "a member of the object".to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;
    use serde_json::json;

    use super::*;
    use crate::cli::login::capture::markup::MOST_PAGE;

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
            format!("<textarea rows=3 NAME='SAMLResponse'>\n{references}\n</TextArea><input name=RelayState>"),
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
        assert_eq!(all[0].message.xml("x").unwrap(), all[1].message.xml("x").unwrap());
        assert_eq!(all[2].message, Message::Token("eyJ.e30.x".to_owned()));
        let empty = json!({ "log": { "entries": [entry("https://a.example", Value::Null, nothing)] } });
        assert_eq!(code(&empty.to_string()), "capture-no-login");
    }

    #[test]
    fn a_long_page_is_read_once() {
        let page = format!("<html><input name='SAMLResponse' value='{}'>", "&".repeat(1 << 20));
        assert!(matches!(one(&page).message, Message::Carried(value) if value.len() == 1 << 20));
        assert_eq!(code(&format!("<html>{}", "<INPUT>".repeat(1 << 18))), "capture-no-login");
        assert_eq!(code(&format!("<html>{}", "<input ".repeat(1 << 18))), "capture-no-login");
    }

    // Parameter pollution.
    #[test]
    fn a_field_that_stands_twice_is_refused_whatever_carries_it() {
        let value = BASE64_STANDARD.encode(XML);
        for text in [
            format!("SAMLResponse={value}&SAMLResponse={value}"),
            format!("https://sp.example.org/acs?SAMLResponse=x&SAMLResponse={value}"),
            format!("<form><input name=SAMLResponse value=x><input name=SAMLResponse value={value}></form>"),
            format!("<form><input name=SAMLResponse value='{value}'><textarea name=SAMLResponse>{value}</textarea></form>"),
            format!("<form><input name=SAMLResponse value='{value}'><input name=samlResponse></form>"),
            format!("<form><input name=id_token value='{value}'><input name=SAMLResponse value=x></form>"),
            format!(r#"{{"SAMLResponse": "x", "SAMLResponse": "{value}"}}"#),
            r#"{"id_token": "eyJ.e30.x", "id_token": "eyJ.e30.y"}"#.to_owned(),
            format!(r#"{{"SAMLResponse": "{value}", "id_token": "x"}}"#),
            format!("RelayState=x;SAMLResponse=x&SAMLResponse={value}"),
            format!("--b\r\nContent-Disposition: form-data; name=a\r\n\r\n&SAMLResponse={value}&\r\n--b\r\nContent-Disposition: form-data; name=SAMLResponse\r\n\r\nx\r\n--b--"),
            format!("<!-- {} --><p><form><input name=SAMLResponse value=x><input name=SAMLResponse value={value}></form>", "x".repeat(3000)),
        ] {
            assert_eq!(code(&text), "capture-ambiguous", "{text}");
        }
        let form = code_of(&format!("RelayState=x&SAMLResponse={value}&SAMLResponse=x"));
        assert!(form.contains("x: 2 fields") && form.contains("parameter 2 of the form") && form.contains("parameter 3"), "{form}");
        let page = code_of(&format!("<form>\n<input name=SAMLResponse value={value}>\n\n<input name=SAMLResponse></form>"));
        assert!(page.contains("line 2 of the page") && page.contains("line 4 of the page"), "{page}");
    }

    fn code_of(text: &str) -> String {
        one(text).message.xml("x").unwrap_err().to_string()
    }

    #[test]
    fn an_ambiguous_login_of_a_recording_is_one_of_it_and_no_harm_to_the_others() {
        let value = BASE64_STANDARD.encode(XML);
        let escaped: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
        let entry = |url: &str, data: Value| json!({ "request": { "url": url, "postData": data } });
        let param = |value: &str| json!({ "name": "SAMLResponse", "value": value });
        let both = |one: &str, text: &str| json!({ "params": [param(one)], "text": format!("SAMLResponse={text}&RelayState=x") });
        let acs = "https://sp.example.org/acs";
        let answer = json!({ "request": { "url": acs }, "response": { "content": { "mimeType": "application/json", "text": r#"{"id_token": "a", "id_token": "b"}"# } } });
        let har = |entries: Value| json!({ "log": { "entries": entries } }).to_string();
        let parts = "--b\r\nContent-Disposition: form-data; name=\"SAML\\Response\"\r\n\r\nother\r\n--b--";
        let all = read(
            har(json!([
                entry(acs, both(&value, &escaped)),
                // As it was sent, in both.
                entry(acs, both(&escaped, &escaped)),
                entry(acs, json!({ "params": [param(&value)], "text": "" })),
                entry(acs, both(&value, "other")),
                entry(acs, json!({ "params": [param(&value), param(&value)] })),
                entry(acs, json!({ "params": [param(&value)], "text": format!("SAMLResponse={escaped}&SAMLResponse={escaped}") })),
                entry(&format!("{acs}?SAMLResponse={escaped}"), both(&value, &escaped)),
                answer,
                // Bodies whose first field is named as an address begins.
                entry(acs, json!({ "params": [param(&value)], "text": "/=1&SAMLResponse=other" })),
                entry(acs, json!({ "params": [param(&value)], "text": "a://b=1&SAMLResponse=other" })),
                entry(acs, json!({ "text": format!("/=1&SAMLResponse={escaped}") })),
                // The same in several parts, or in one of the two writings alone.
                entry(acs, json!({ "params": [param(&value)], "text": parts })),
                entry(acs, json!({ "text": parts, "mimeType": "multipart/form-data; boundary=b" })),
                entry(acs, json!({ "params": [param(&value)], "text": "RelayState=x" })),
                entry(acs, json!({ "params": [{ "name": "RelayState" }], "text": format!("SAMLResponse={escaped}") })),
                entry(acs, json!({ "params": [{ "name": "SAML%52esponse", "value": "x" }], "text": format!("SAMLResponse={escaped}") })),
                entry(acs, both(&value, &escaped)),
            ]))
            .as_bytes(),
            "x",
        )
        .unwrap();
        let codes: Vec<&str> = all
            .iter()
            .map(|captured| captured.message.xml("x").map_or_else(|failure| failure.code(), |_| "reads"))
            .collect();
        let ambiguous = "capture-ambiguous";
        assert_eq!(codes[..9], ["reads", "reads", "reads", ambiguous, ambiguous, ambiguous, ambiguous, ambiguous, ambiguous]);
        assert_eq!(codes[9..], [ambiguous, "reads", ambiguous, ambiguous, ambiguous, ambiguous, ambiguous, "reads"]);
        assert_eq!(all[3].posted_to.as_deref(), Some(acs));
    }

    #[test]
    fn a_value_that_is_encoded_twice_is_told_wherever_it_stands() {
        // With what base64 has and a URL has not.
        let value = BASE64_STANDARD.encode(XML);
        assert!(value.contains('+') && value.contains('/'));
        let once: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
        let twice: String = url::form_urlencoded::byte_serialize(once.as_bytes()).collect();
        let har = json!({ "log": { "entries": [{ "request": { "url": "https://sp.example.org/acs", "postData": { "text": format!("SAMLResponse={twice}"), "params": [{ "name": "SAMLResponse", "value": once }] } } }] } });
        for text in [twice.clone(), format!("RelayState=x&SAMLResponse={twice}"), format!("https://sp.example.org/acs?SAMLResponse={twice}"), har.to_string()] {
            assert_eq!(code(&text), "message-encoded-twice", "{text}");
        }
        let hint = one(&twice).message.xml("x").unwrap_err();
        assert!(hint.hints()[0].contains("once"));
    }

    #[test]
    fn xml_that_names_a_field_is_xml_and_a_page_that_looks_like_it_is_none() {
        for xml in [
            "<?xml version='1.0'?><!-- x --><p:Response><a:Attribute Name='id_token'/></p:Response>",
            "<Assertion><Attribute Name=\"x\" FriendlyName = 'SAMLResponse'/></Assertion>",
            "<p:Response><header:x/><headers/><forms/></p:Response>",
        ] {
            assert_eq!(one(xml).message, Message::Xml(xml.as_bytes().to_vec()), "{xml}");
        }
        let page = format!("<p:Response>{}<form><input name=SAMLResponse value=x/y=></form></p:Response>", " ".repeat(3000));
        assert_eq!(one(&page).message, Message::Carried("x/y=".to_owned()));
    }

    #[test]
    fn what_is_no_login_is_refused_by_name() {
        assert_eq!(code(" \n"), "capture-empty");
        assert_eq!(code("{\"log\": 1}"), "capture-json");
        assert_eq!(code("{\"log\""), "capture-json");
        assert_eq!(code("{}"), "capture-no-login");
        assert_eq!(code("<html><form></form></html>"), "capture-no-login");
        assert_eq!(code("no login!"), "message-not-base64");
        assert_eq!(code(&format!("<html>{}", " ".repeat(MOST_PAGE))), "capture-page-large");
        // A browser takes it for a page, whatever stands around the field.
        let within = format!("<p:Response ID='_1'><!-- {} --><input name='SAMLResponse' value=! /></p:Response>", "x".repeat(3000));
        assert_eq!(one(&within).message, Message::Carried("!".to_owned()));
        assert_eq!(read(b"\xc3\x28", "x").unwrap_err().code(), "capture-encoding");
        let question = one(&format!("SAMLRequest={}", BASE64_STANDARD.encode("<p:AuthnRequest/>")));
        assert_eq!(question.message.xml("x").unwrap(), b"<p:AuthnRequest/>");
        // The answer in the place of the question, once or twice, is one that no vendor takes.
        let answer = BASE64_STANDARD.encode("<p:Response/>");
        for form in [format!("SAMLRequest={answer}"), format!("SAMLRequest={answer}&SAMLRequest={answer}")] {
            assert_eq!(one(&form).message.xml("x").unwrap_err().code(), "capture-ambiguous", "{form}");
        }
        let token = one("eyJhbGciOiJub25lIn0.e30.\n");
        assert_eq!(token.message, Message::Token("eyJhbGciOiJub25lIn0.e30.".to_owned()));
        assert_eq!(one("https://sp.example.org/cb#id_token=eyJ.e30.x&state=1").message, Message::Token("eyJ.e30.x".to_owned()));
    }
}
