//! What is handed over to make a connection work: the vendor's page field by field, or what the
//! identity provider's administrator needs. Pure; how a sheet looks is for `report`.
//!
//! A secret is never in a sheet, nor one in the query of a URL, and what nobody published is a question in it.

pub(crate) mod compare;
mod content;
mod idp;
pub(crate) mod product;
pub(crate) mod read;
mod vendor;

use std::borrow::Cow;

use crate::cert::Certificate;
use crate::error::told::redacted;
use crate::model::connection::Connection;
use crate::model::time::Time;
use crate::provider::profile::Profile;

/// Who is given the sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// The vendor's page, form or support desk.
    Vendor,
    /// The administrator of the identity provider.
    Idp,
}

impl Side {
    /// As flags and output have it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Vendor => "vendor",
            Self::Idp => "idp",
        }
    }
}

/// A whole sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sheet {
    /// What commands call the connection.
    pub(crate) connection: String,
    /// Id of the vendor.
    pub(crate) provider: String,
    /// Who is given it.
    pub(crate) side: Side,
    /// What it is, in a line.
    pub(crate) title: String,
    /// The day it was made.
    pub(crate) date: String,
    /// What must be there first (AL7).
    pub(crate) prerequisites: Vec<String>,
    /// In the order they are worked through.
    pub(crate) parts: Vec<Part>,
}

/// One part under a title.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// Its title, the vendor's own where it is a section of its page.
    pub(crate) title: String,
    /// What to know before it is filled in.
    pub(crate) note: Option<String>,
    /// What is in it.
    pub(crate) body: Body,
}

/// What is in a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    /// Labels and values: what is entered, and what is compared when the sheet comes back.
    Fields(Vec<Entry>),
    /// Facts that nobody enters.
    Facts(Vec<(String, String)>),
    /// Steps in order, each with how far it is where that is known.
    Steps(Vec<(Option<String>, String)>),
    /// Things to do or to ask, in no order.
    List(Vec<String>),
    /// A text to send as it is.
    Letter(String),
}

/// One field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The label, in the words of whoever fills it in.
    pub(crate) label: String,
    /// The key of the connection's file, or a fact that begins with `@`.
    pub(crate) path: String,
    /// `required`, `recommended` or `optional`.
    pub(crate) need: &'static str,
    /// One sentence of help.
    pub(crate) help: Option<String>,
    /// What parts several values.
    pub(crate) separator: Option<String>,
    /// Whether it is answered with yes or no.
    pub(crate) yes_no: bool,
    /// What stands there.
    pub(crate) content: Content,
}

/// What stands in a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// A value of the file, or one that follows from it.
    Given(String),
    /// Several values.
    Several(Vec<String>),
    /// Certificates.
    Certificates(Vec<Pem>),
    /// Mappings: what is sent, its description, and what becomes of it (QV8).
    Mappings(Vec<MappingRow>),
    /// A secret, which travels by another channel.
    Secret,
    /// Nothing in the file; the vendor then takes this.
    Default(String),
    /// Nothing in the file; the vendor then takes the value of the field of this label.
    Fallback(String),
    /// Nothing in the file, and nothing is asked for.
    NotSet,
    /// Nothing in the file, and there must be something.
    Missing,
    /// Nobody published it: ask the vendor this.
    Unknown(String),
    /// The vendor shows or sends it: where, or when.
    Shown(String),
    /// There is no such thing here, for this reason.
    None(String),
}

/// A certificate in the forms that pages ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pem {
    /// With its BEGIN and END lines.
    pub(crate) pem: String,
    /// SHA-1 of the DER, lower-case hexadecimal: what many pages call the thumbprint.
    pub(crate) sha1: String,
    /// SHA-256 of the DER, lower-case hexadecimal.
    pub(crate) sha256: String,
    /// Its last day.
    pub(crate) not_after: Time,
}

impl From<&Certificate> for Pem {
    fn from(certificate: &Certificate) -> Self {
        Self {
            pem: crate::cert::armour::to_pem(certificate),
            sha1: certificate.sha1(),
            sha256: certificate.sha256.clone(),
            not_after: certificate.not_after,
        }
    }
}

/// One mapping as a form asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MappingRow {
    /// The vendor's label of the field it is for, where a page has several.
    pub(crate) field: Option<String>,
    /// What the identity provider sends, in exact case.
    pub(crate) value: String,
    /// What a colleague should know.
    pub(crate) description: String,
    /// What becomes of it, several parted by `|`.
    pub(crate) to: String,
}

impl MappingRow {
    /// Its cells, in the order that forms have them.
    pub(crate) fn cells(&self) -> Vec<&str> {
        let description = if self.description.is_empty() { "-" } else { &self.description };
        self.field.as_deref().into_iter().chain([self.value.as_str(), description, &self.to]).collect()
    }
}

/// What a sheet is made of.
pub(crate) struct Subject<'a> {
    /// What commands call the connection.
    pub(crate) name: &'a str,
    /// Its file.
    pub(crate) connection: &'a Connection,
    /// Its vendor.
    pub(crate) profile: &'a Profile,
    /// Today.
    pub(crate) now: Time,
}

impl Subject<'_> {
    /// What the vendor's page, form or support desk needs.
    pub(crate) fn for_vendor(&self) -> Sheet {
        vendor::sheet(self)
    }

    /// What the identity provider's administrator needs; with the click path of a product.
    pub(crate) fn for_idp(&self, product: Option<&product::Product>) -> Sheet {
        idp::sheet(self, product)
    }

    fn sheet(&self, side: Side, title: String, parts: Vec<Part>) -> Sheet {
        // What the vendor's form makes of settings is published, whatever its parameters are called.
        let public = match self.connection.login.url {
            Some(_) => None,
            None => self.profile.login_url(self.connection),
        };
        let parts = parts.into_iter().map(|part| part.without_secrets(public.as_deref())).collect();
        Sheet {
            connection: self.name.to_owned(),
            provider: self.profile.id.clone(),
            side,
            title,
            date: self.now.date(),
            prerequisites: self.profile.prerequisites.clone(),
            parts,
        }
    }
}

impl Part {
    fn new(title: impl Into<String>, body: Body) -> Self {
        Self { title: title.into(), note: None, body }
    }

    /// The part with `..` in the place of each secret of a URL, and a word on it where one was.
    fn without_secrets(mut self, public: Option<&str>) -> Self {
        let mut hidden = false;
        let mut hide = |text: &mut String| {
            let rest: Vec<_> = match public {
                Some(url) => text.split(url).map(redacted).collect(),
                None => vec![redacted(text)],
            };
            if rest.iter().any(|rest| matches!(rest, Cow::Owned(_))) {
                let rest = rest.join(public.unwrap_or_default());
                *text = rest;
                hidden = true;
            }
        };
        match &mut self.body {
            Body::Fields(entries) => entries.iter_mut().for_each(|entry| match &mut entry.content {
                Content::Given(text) | Content::Default(text) => hide(text),
                Content::Several(texts) => texts.iter_mut().for_each(&mut hide),
                Content::Unknown(text) | Content::Shown(text) | Content::None(text) => hide(text),
                Content::Certificates(_) | Content::Mappings(_) | Content::Fallback(_) => {}
                Content::Secret | Content::NotSet | Content::Missing => {}
            }),
            Body::Facts(facts) => facts.iter_mut().for_each(|(_, fact)| hide(fact)),
            Body::Steps(steps) => steps.iter_mut().for_each(|(_, step)| hide(step)),
            Body::List(items) => items.iter_mut().for_each(hide),
            Body::Letter(text) => hide(text),
        }
        if hidden {
            let word = "What stands as `..` in a URL is secret and travels by another channel.";
            self.note = Some(self.note.map_or(word.to_owned(), |note| format!("{note} {word}")));
        }
        self
    }

    fn noted(mut self, note: Option<impl Into<String>>) -> Self {
        self.note = note.map(Into::into);
        self
    }
}

#[cfg(test)]
mod tests;
