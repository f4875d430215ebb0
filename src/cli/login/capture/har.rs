//! A recording of a browser's network tab (HAR 1.2), as far as a login needs it.

use serde::Deserialize;

use crate::cli::login::capture::Captured;
use crate::cli::login::capture::MOST_JSON;
use crate::cli::login::capture::Message;
use crate::cli::login::capture::code;
use crate::cli::login::capture::code::Begun;
use crate::cli::login::capture::fields;
use crate::cli::login::capture::fields::Fields;
use crate::cli::login::capture::tags::contains;
use crate::cli::login::capture::twice;
use crate::model::printable;
use crate::model::time::Time;
use crate::oidc::json;
use crate::saml;
use crate::saml::binding;

/// Requests of a recording that an answer is compared with.
const MOST_BEGUN: usize = 50;

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
    started_date_time: Option<String>,
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
#[serde(rename_all = "camelCase")]
struct PostData {
    #[serde(default)]
    mime_type: Option<String>,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    params: Option<Vec<Param>>,
}

#[derive(Deserialize)]
struct Param {
    name: String,
    #[serde(default)]
    value: Option<String>,
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
    mime_type: Option<String>,
    #[serde(default)]
    text: Option<String>,
}

/// What a recording has of logins.
pub(super) struct Recording {
    /// Every one, in order, not decoded yet.
    pub(super) logins: Vec<Captured>,
    /// Whether one by a code has begun, whatever came of it.
    pub(super) asks_for_a_code: bool,
}

/// Reads one; an error where it is no recording.
pub(super) fn read(bytes: &[u8]) -> Result<Recording, serde_json::Error> {
    let har: Har = serde_json::from_slice(bytes)?;
    let (mut begun, mut asked, mut logins) = (Vec::new(), Vec::new(), Vec::new());
    for entry in &har.log.entries {
        logins.extend(of_entry(entry, &asked).or_else(|| by_code(entry, &begun)));
        if begun.len() < MOST_BEGUN {
            begun.extend(code::begun(&entry.request.url));
        }
        if asked.len() < MOST_BEGUN {
            asked.extend(question(&entry.request));
        }
    }
    Ok(Recording { logins, asks_for_a_code: !begun.is_empty() })
}

/// The ID of the SAML request that a request of the browser carries. It may be anybody's, and is compared alone.
fn question(request: &Request) -> Option<String> {
    const NAME: &str = "SAMLRequest";
    let data = request.post_data.as_ref();
    let param = data.and_then(|data| data.params.iter().flatten().find(|param| param.name == NAME)?.value.clone());
    let query = request.url.split_once('?').map(|(_, query)| query);
    let raw = [query, data.and_then(|data| data.text.as_deref())].into_iter().flatten().find_map(|text| {
        text.split('&').find_map(|pair| pair.strip_prefix(NAME)?.strip_prefix('=').map(str::to_owned))
    });
    let xml = binding::decode_copied(&param.or(raw)?, "the request").ok()?;
    saml::request::asked(&xml, "the request").ok().map(|asked| asked.id)
}

/// What came back with a code, or an error in its place.
fn by_code(entry: &Entry, begun: &[Begun]) -> Option<Captured> {
    let request = &entry.request;
    let form = request.post_data.as_ref().and_then(|data| data.text.as_deref());
    let callback = code::callback(&request.url, form, begun)?;
    let at = entry.started_date_time.as_deref().and_then(moment);
    Some(Captured { posted_to: address(&request.url), at, ..Captured::bare(Message::Callback(callback)) })
}

/// The message that a request of the browser carries, or that its answer brings. Body and query are one
/// request: some vendors take a field out of either.
fn of_entry(entry: &Entry, asked: &[String]) -> Option<Captured> {
    let request = &entry.request;
    let mut fields = request.post_data.as_ref().map(posted).unwrap_or_default();
    fields::url(&request.url, &mut fields);
    let relay_state = fields.whole_relay_state();
    let message = fields.message().or_else(|| answered(entry.response.as_ref()?));
    let at = entry.started_date_time.as_deref().and_then(moment);
    message.map(|message| Captured { message, posted_to: address(&request.url), at, relay_state, asked: asked.to_vec() })
}

/// The fields of a body. Browsers write it twice, taken apart and as it was sent.
fn posted(data: &PostData) -> Fields {
    let params = data.params.as_deref().filter(|params| !params.is_empty()).map(|params| {
        let mut decoded = Fields::default();
        for (at, param) in params.iter().enumerate() {
            let value = || param.value.clone().unwrap_or_default();
            // Some browsers write it as it was sent here too.
            let name = if param.name.contains('%') { fields::plain_name(&param.name) } else { param.name.clone() };
            decoded.add(&name, value, || format!("parameter {} of `params`", at + 1));
        }
        decoded
    });
    let text = data.text.as_deref().filter(|text| !text.is_empty()).map(|text| {
        let mut sent = Fields::default();
        let is_of_parts = data.mime_type.as_deref().is_some_and(|kind| contains(kind, "multipart/"));
        match is_of_parts || fields::is_of_parts(text) {
            true => fields::parts(text, &mut sent),
            false => fields::body(text, &mut sent),
        }
        sent
    });
    Fields::of_one_body(params, text)
}

fn answered(answer: &Answer) -> Option<Message> {
    let content = answer.content.as_ref()?;
    let text = content.text.as_deref().filter(|text| text.len() <= MOST_JSON && text.contains("\"id_token\""))?;
    content.mime_type.as_deref()?.contains("json").then_some(())?;
    match json::object(text.as_bytes(), "the answer") {
        Ok(answer) => Some(Message::Token(answer.get("id_token")?.as_str()?.to_owned())),
        Err(failure) if failure.code() == "json-duplicate-key" => {
            Some(Message::Ambiguous { names: vec!["id_token"], told: twice(&failure) })
        }
        Err(_) => None,
    }
}

/// ISO 8601 as browsers write it: some leave out the colon of the zone.
fn moment(text: &str) -> Option<Time> {
    let with_colon = || {
        let (head, minutes) = text.split_at_checked(text.len().checked_sub(2)?)?;
        Time::parse(&format!("{head}:{minutes}"))
    };
    Time::parse(text).or_else(with_colon)
}

/// Where it went, without what may be a secret: user, query, fragment, and what follows a semicolon.
fn address(url: &str) -> Option<String> {
    let mut url = url::Url::parse(url).ok()?;
    url.set_query(None);
    url.set_fragment(None);
    url.set_password(None).ok();
    url.set_username("").ok();
    let path = url.path().split(';').next().unwrap_or_default().to_owned();
    url.set_path(&path);
    Some(printable(url.as_str()))
}
