//! The fields of one message that a login travels by. Where one stands there twice, one reader takes the
//! first and another the last, and nobody knows which the vendor takes.

use crate::cli::login::capture::Message;
use crate::model::printable;

/// Names of the fields.
const NAMES: [&str; 2] = ["SAMLResponse", "id_token"];
/// As many places as a message names.
const MOST_TOLD: usize = 4;

/// What was found of them.
#[derive(Default)]
pub(super) struct Fields {
    /// Name and value of the first that has its name exactly.
    first: Option<(&'static str, String)>,
    /// Which of the names there are.
    names: Vec<&'static str>,
    count: usize,
    places: Vec<String>,
}

impl Fields {
    /// Takes a field with its place. Names that some readers take for the same count too: in other letters,
    /// or as an element of a list (`SAMLResponse[]`).
    pub(super) fn add(&mut self, name: &str, value: impl FnOnce() -> String, place: impl FnOnce() -> String) {
        let bare = name.split('[').next().unwrap_or_default().trim();
        let Some(known) = NAMES.into_iter().find(|known| known.eq_ignore_ascii_case(bare)) else { return };
        self.count += 1;
        if !self.names.contains(&known) {
            self.names.push(known);
        }
        if self.places.len() < MOST_TOLD {
            let short: String = name.chars().take(40).collect();
            self.places.push(format!("`{}` as {}", printable(&short), place()));
        }
        if self.first.is_none() && name == known {
            self.first = Some((known, value()));
        }
    }

    /// Both, one after the other.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.count += other.count;
        self.places.extend(other.places);
        self.places.truncate(MOST_TOLD);
        self.names.extend(other.names);
        self.names.dedup();
        self.first = self.first.or(other.first);
        self
    }

    /// What two writings of one body come to, where the second is in the form that it was sent in: one field,
    /// where both have the same.
    pub(super) fn of_one_body(decoded: Self, sent: Self) -> Self {
        let agree = match (&decoded.first, &sent.first) {
            (Some((name, one)), Some((other, raw))) => {
                let plain = plain(raw);
                name == other && (plain == *one || plain == self::plain(one))
            }
            _ => false,
        };
        match (decoded.count, sent.count) {
            (0, _) => sent,
            (_, 0) => decoded,
            (1, 1) if agree => sent,
            (1, 1) => decoded.and(sent),
            (1, _) => sent,
            _ => decoded,
        }
    }

    /// The message that they carry; nothing where there is none.
    pub(super) fn message(self) -> Option<Message> {
        let (name, value) = self.first?;
        if self.count > 1 {
            let more = if self.count > self.places.len() { ", and more" } else { "" };
            let told = format!("{} fields may be the login: {}{more}", self.count, self.places.join(", "));
            return Some(Message::Ambiguous { names: self.names, told });
        }
        Some(match name {
            "id_token" => Message::Token(value),
            _ => Message::Carried(value),
        })
    }
}

/// A value of a form without its percent-encoding. A plus that nobody encoded stays one: no base64 has a space.
pub(super) fn plain(value: &str) -> String {
    let closed = value.replace('=', "%3D").replace('&', "%26");
    url::form_urlencoded::parse(closed.as_bytes()).map(|(name, _)| name.replace(' ', "+")).collect()
}

/// Takes the fields of a URL's query and fragment, or of a form's body. A value of `SAMLResponse` is taken as
/// it was sent, since whoever decodes it must see whether it was encoded twice.
pub(super) fn pairs(text: &str, fields: &mut Fields) {
    let is_address = text.split(['=', '?', '#']).next().is_some_and(|head| head.contains("://") || head.starts_with('/'));
    if !is_address {
        return form(text, "form", fields);
    }
    let (address, fragment) = text.split_once('#').unwrap_or((text, ""));
    let query = address.split_once('?').map_or("", |(_, query)| query);
    form(query, "query", fields);
    form(fragment, "fragment", fields);
}

fn form(text: &str, what: &str, fields: &mut Fields) {
    for (at, pair) in text.split('&').filter(|pair| !pair.is_empty()).enumerate() {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = plain(name).replace('+', " ");
        let value = || if name == "id_token" { plain(value) } else { value.to_owned() };
        fields.add(&name, value, || format!("parameter {} of the {what}", at + 1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<Message> {
        let mut fields = Fields::default();
        pairs(text, &mut fields);
        fields.message()
    }

    #[test]
    fn a_field_that_stands_once_is_taken_and_one_that_stands_twice_never() {
        assert_eq!(found("RelayState=x&SAMLResponse=a%2Bb"), Some(Message::Carried("a%2Bb".to_owned())));
        assert_eq!(found("https://sp.example.org/cb#id_token=e%2Ef"), Some(Message::Token("e.f".to_owned())));
        assert_eq!(found("a=SAMLResponse&samlresponse=x"), None);
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
        ] {
            assert!(matches!(found(text), Some(Message::Ambiguous { .. })), "{text}");
        }
        let Some(Message::Ambiguous { names, told }) = found("SAMLResponse=a&x=1&SAMLResponse=b") else { panic!() };
        assert_eq!(names, ["SAMLResponse"]);
        assert_eq!(
            told,
            "2 fields may be the login: `SAMLResponse` as parameter 1 of the form, `SAMLResponse` as parameter 3 of the form"
        );
        let many = "SAMLResponse=a&".repeat(100_000);
        assert!(matches!(found(&many), Some(Message::Ambiguous { told, .. }) if told.ends_with(", and more")));
    }
}
