//! The fields of one message that a login travels by. Where one stands there twice, one reader takes the
//! first and another the last, and nobody knows which the vendor takes.

use crate::cli::login::capture::Message;
use crate::cli::login::capture::tags::contains;
use crate::model::printable;

/// Names of the fields.
pub(super) const NAMES: [&str; 2] = ["SAMLResponse", "id_token"];
/// The field beside a SAML response that says where the browser goes then.
const RELAY_STATE: &str = "RelayState";
/// As many places as a message names.
const MOST_TOLD: usize = 4;

/// What was found of them.
#[derive(Default)]
pub(super) struct Fields {
    /// Name and value of the first that has its name exactly, where whoever reads the message must find it.
    first: Option<(&'static str, String)>,
    /// Which of the names there are.
    names: Vec<&'static str>,
    count: usize,
    /// What came along as RelayState, each different value once.
    relay_states: Vec<String>,
    places: Vec<String>,
    /// What makes the reading of all others uncertain.
    unclear: Option<String>,
}

impl Fields {
    /// Takes a field with its place, and says whether it may be a login. Names that some readers take for the same
    /// count too: in other letters, or as an element of a list (`SAMLResponse[]`).
    pub(super) fn add(&mut self, name: &str, value: impl FnOnce() -> String, place: impl FnOnce() -> String) -> bool {
        if name == RELAY_STATE {
            let value = value();
            if !self.relay_states.contains(&value) {
                self.relay_states.push(value);
            }
            return false;
        }
        let Some(known) = self.counted(name, place) else { return false };
        if self.first.is_none() && name == known {
            self.first = Some((known, value()));
        }
        true
    }

    /// Takes what is a field for some readers only: it counts, and its value is never taken.
    pub(super) fn suspect(&mut self, name: &str, place: impl FnOnce() -> String) -> bool {
        self.counted(name, place).is_some()
    }

    /// The same for all of others.
    pub(super) fn suspects(&mut self, others: Self, mut place: impl FnMut() -> String) {
        for name in others.names {
            self.suspect(name, &mut place);
        }
    }

    fn counted(&mut self, name: &str, place: impl FnOnce() -> String) -> Option<&'static str> {
        let known = meant(name)?;
        self.count += 1;
        if !self.names.contains(&known) {
            self.names.push(known);
        }
        if self.places.len() < MOST_TOLD {
            let short: String = name.chars().take(40).collect();
            self.places.push(format!("`{}` as {}", printable(&short), place()));
        }
        Some(known)
    }

    /// Says that all of it may be read in another way, and why.
    pub(super) fn unclear(&mut self, why: &str) {
        self.unclear.get_or_insert_with(|| why.to_owned());
    }

    /// Both, one after the other.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.count += other.count;
        self.relay_states.extend(other.relay_states);
        self.places.extend(other.places);
        self.places.truncate(MOST_TOLD);
        self.names.extend(other.names);
        self.names.dedup();
        self.first = self.first.or(other.first);
        self.unclear = self.unclear.or(other.unclear);
        self
    }

    /// What two writings of one body come to, where the second is in the form that it was sent in: one field,
    /// where both have the same. Where one of them has no field, it must be that it was not written at all.
    pub(super) fn of_one_body(decoded: Option<Self>, sent: Option<Self>) -> Self {
        let (decoded, sent) = match (decoded, sent) {
            (Some(decoded), Some(sent)) => (decoded, sent),
            (one, other) => return one.or(other).unwrap_or_default(),
        };
        let agree = match (&decoded.first, &sent.first) {
            (Some((name, one)), Some((other, raw))) => {
                let plain = plain(raw);
                name == other && (plain == *one || plain == self::plain(one))
            }
            _ => false,
        };
        match (decoded.count, sent.count) {
            (0, 0) => sent,
            (1, 1) if agree => sent,
            (0, _) | (_, 0) => {
                let mut both = decoded.and(sent);
                both.unclear("one of the two writings of the body has it, and the other has not");
                both
            }
            (1, 1) => decoded.and(sent),
            (1, _) => sent,
            _ => decoded,
        }
    }

    /// The RelayState beside the login; nothing where none is there, or more than one.
    pub(super) fn relay_state(&self) -> Option<String> {
        match self.relay_states.as_slice() {
            [one] => Some(one.clone()),
            _ => None,
        }
    }

    /// The same of a whole request, in which it is empty where none is there.
    pub(super) fn whole_relay_state(&self) -> Option<String> {
        if self.relay_states.is_empty() { Some(String::new()) } else { self.relay_state() }
    }

    /// The message that they carry; nothing where there is none.
    pub(super) fn message(self) -> Option<Message> {
        if self.count == 0 {
            return None;
        }
        let more = if self.count > self.places.len() { ", and more" } else { "" };
        let places = format!("{}{more}", self.places.join(", "));
        let told = match (self.first, self.unclear) {
            (Some((name, value)), None) if self.count == 1 => {
                return Some(match name {
                    "id_token" => Message::Token(value),
                    _ => Message::Carried(value),
                });
            }
            (_, Some(why)) if self.count == 1 => format!("{places}: not every reader finds the same here ({why})"),
            (None, _) if self.count == 1 => format!("{places}: not every reader takes that for the login"),
            _ => format!("{} fields may be the login: {places}; vendors take the first, the last or both", self.count),
        };
        Some(Message::Ambiguous { names: self.names, told })
    }
}

/// Which field some readers take this name for: whatever its letters, with an index or an end (NUL) behind it, and
/// with a blank or a full stop for the underscore.
fn meant(name: &str) -> Option<&'static str> {
    let bare = name.split(['[', '\0']).next().unwrap_or_default().trim().replace([' ', '.'], "_");
    NAMES.into_iter().find(|known| known.eq_ignore_ascii_case(&bare))
}

/// A value of a form without its percent-encoding. A plus that nobody encoded stays one: no base64 has a space.
pub(super) fn plain(value: &str) -> String {
    let closed = value.replace('=', "%3D").replace('&', "%26");
    url::form_urlencoded::parse(closed.as_bytes()).map(|(name, _)| name.replace(' ', "+")).collect()
}

/// A value of a form as it was before it was sent.
pub(in crate::cli::login) fn decoded(value: &str) -> String {
    let closed = value.replace('=', "%3D").replace('&', "%26");
    url::form_urlencoded::parse(closed.as_bytes()).map(|(name, _)| name.into_owned()).collect()
}

/// The name of a field without its percent-encoding, nor that of ASP (`%u0053`).
pub(super) fn plain_name(name: &str) -> String {
    let plain = plain(name).replace('+', " ");
    let mut parts = plain.split("%u");
    let mut name = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let sign = part.get(..4).and_then(|digits| u32::from_str_radix(digits, 16).ok()).and_then(char::from_u32);
        match sign {
            Some(sign) => {
                name.push(sign);
                name += &part[4..];
            }
            None => {
                name += "%u";
                name += part;
            }
        }
    }
    name
}

/// Takes the fields of a URL's query and fragment. A value of `SAMLResponse` is taken as it was sent, here as in
/// every form, since whoever decodes it must see whether it was encoded twice.
pub(super) fn url(text: &str, fields: &mut Fields) {
    let (address, fragment) = text.split_once('#').unwrap_or((text, ""));
    let query = address.split_once('?').map_or("", |(_, query)| query);
    pairs(query, "query", &[';'], fields);
    pairs(fragment, "fragment", &[';'], fields);
}

/// Takes the fields of a form's body.
pub(super) fn body(text: &str, fields: &mut Fields) {
    pairs(text, "form", &[';'], fields);
}

/// Takes the fields of what is a URL or a form's body, nobody says which.
pub(super) fn url_or_body(text: &str, fields: &mut Fields) {
    let head = text.split(['=', '&']).next().unwrap_or_default();
    let is_url = (head.contains("://") || head.starts_with('/')) && head.contains(['?', '#']);
    if is_url {
        let mut as_body = Fields::default();
        pairs(text, "form", &[';', '?', '#'], &mut as_body);
        url(text, fields);
        if as_body.count > fields.count {
            fields.suspects(as_body, || "a parameter of the same text as a form".to_owned());
        }
    } else {
        pairs(text, "form", &[';', '?', '#'], fields);
    }
}

/// Whether this is a body of several parts (multipart/form-data).
pub(super) fn is_of_parts(text: &str) -> bool {
    contains(text, "content-disposition")
}

/// Takes the fields of a body of several parts. They count and are not taken: where one part ends and whose name it
/// has, readers see differently, and no login travels that way (saml-bindings 3.5.4).
pub(super) fn parts(text: &str, fields: &mut Fields) {
    let plain = text.replace('\\', "");
    for name in NAMES.into_iter().filter(|name| contains(&plain, name)) {
        fields.suspect(name, || "a part of a body of several parts (multipart/form-data)".to_owned());
    }
}

/// Takes what stands between `&`; what stands between other separators, which some readers go by as well, counts.
fn pairs(text: &str, what: &str, others: &[char], fields: &mut Fields) {
    for (at, pair) in text.split('&').filter(|pair| !pair.is_empty()).enumerate() {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = plain_name(name);
        let value = || match name.as_str() {
            "id_token" => plain(value),
            RELAY_STATE => decoded(value),
            _ => value.to_owned(),
        };
        let taken = fields.add(&name, value, || format!("parameter {} of the {what}", at + 1));
        for part in pair.split(others).skip(usize::from(taken || !pair.contains(others))) {
            let name = plain_name(part.split('=').next().unwrap_or_default());
            fields.suspect(&name, || format!("a part of parameter {} of the {what}", at + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<Message> {
        let mut fields = Fields::default();
        url_or_body(text, &mut fields);
        fields.message()
    }

    #[test]
    fn a_field_that_stands_once_is_taken_and_one_that_stands_twice_never() {
        assert_eq!(found("RelayState=x&SAMLResponse=a%2Bb"), Some(Message::Carried("a%2Bb".to_owned())));
        assert_eq!(found("https://sp.example.org/cb#id_token=e%2Ef"), Some(Message::Token("e.f".to_owned())));
        assert_eq!(found("a=SAMLResponse&SAMLResponses=x"), None);
        assert_eq!(found("SAMLResponse=a&RelayState=https://sp.example.org/app?x=1;y#z"), Some(Message::Carried("a".to_owned())));
        for text in [
            "SAMLResponse=a&SAMLResponse=b",
            "SAMLResponse=a&SAMLResponse=a",
            "SAMLResponse=a&x=1&SAML%52esponse=b",
            "SAMLResponse=a&samlresponse=b",
            "SAMLResponse[]=b&SAMLResponse=a",
            "SAMLResponse=a&+SAMLResponse=b",
            "SAMLResponse=a&SAMLResponse",
            "SAMLResponse=a&id_token=b",
            "https://sp.example.org/acs?SAMLResponse=a#SAMLResponse=b",
            "https://sp.example.org/cb?id_token=a&id_token=b",
            // What some readers alone take for it.
            "samlresponse=a",
            "id.token=a",
            "SAMLResponse=a&SAML%u0052esponse=b",
            "SAMLResponse=a&SAMLResponse%00x=b",
            // Separators of others.
            "RelayState=x;SAMLResponse=b&SAMLResponse=a",
            "SAMLResponse=a&x;SAMLResponse=b",
            "SAMLResponse;x=b&SAMLResponse=a",
            "RelayState=x;SAMLResponse=b",
            // A body that looks like an address, and an address that may be a body.
            "a://b=1&SAMLResponse=a&SAMLResponse=b",
            "/=1&SAMLResponse=a&SAMLResponse=b?",
            "/?=1&SAMLResponse=a#SAMLResponse=b",
            "RelayState=/?SAMLResponse=b&SAMLResponse=a",
        ] {
            assert!(matches!(found(text), Some(Message::Ambiguous { .. })), "{text}");
        }
        let Some(Message::Ambiguous { names, told }) = found("SAMLResponse=a&x=1&SAMLResponse=b") else { panic!() };
        assert_eq!(names, ["SAMLResponse"]);
        assert_eq!(
            told,
            "2 fields may be the login: `SAMLResponse` as parameter 1 of the form, `SAMLResponse` as parameter 3 of the form; \
             vendors take the first, the last or both"
        );
        assert_eq!(found("/=1&SAMLResponse=a"), Some(Message::Carried("a".to_owned())));
        assert_eq!(found("a://b=1&SAMLResponse=a"), Some(Message::Carried("a".to_owned())));
        let many = "SAMLResponse=a&".repeat(100_000);
        assert!(matches!(found(&many), Some(Message::Ambiguous { told, .. }) if told.contains(", and more; vendors")));
    }
}
