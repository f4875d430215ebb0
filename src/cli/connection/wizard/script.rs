//! Which question comes next: what of the vendor's page has no answer yet.

use crate::cli::connection::add::form;
use crate::cli::connection::add::form::Form;
use crate::cli::connection::add::form::KINDS;
use crate::cli::connection::page::Page;
use crate::cli::connection::wizard::question::Ask;
use crate::cli::connection::wizard::question::Question;
use crate::error::Result;
use crate::import;
use crate::model::connection::Connection;
use crate::model::connection::OAuthKind;
use crate::model::shape::Shape;
use crate::provider::Vendor;
use crate::provider::profile::Capability;
use crate::provider::profile::Field;
use crate::provider::profile::Kind;
use crate::provider::profile::Section;
use crate::provider::profile::Support;

/// The domains whose users may enrol.
const DOMAINS: &str = "provisioning.valid_email_domains";
/// Whether unknown users enrol at login.
const JUST_IN_TIME: &str = "provisioning.just_in_time";

/// The kinds of connection that a person may choose among: word and label.
pub(crate) fn kinds(vendor: &Vendor) -> Vec<(String, String)> {
    let declared = |kind| vendor.oauth.as_ref().is_some_and(|oauth| oauth.kinds.contains(&kind));
    let known = |kind: Kind| match kind {
        Kind::Saml => vendor.saml.is_some(),
        Kind::OAuth(OAuthKind::Google) => declared(OAuthKind::Google) && vendor.support(Capability::Google) == Support::Yes,
        Kind::OAuth(OAuthKind::Entra) => declared(OAuthKind::Entra) && vendor.support(Capability::Entra) == Support::Yes,
        Kind::OAuth(kind) => declared(kind),
    };
    let offered = KINDS.iter().filter(|(kind, ..)| known(*kind) && form::offered(vendor, *kind).is_ok());
    // The vendor's own words for it, where there are some.
    let label = |fact: &str, word: &str| {
        vendor.field(fact)?.choices.iter().find(|choice| choice.value == word)?.label.clone()
    };
    let own = |word: &str| {
        let kind = label("@oauth.kind", word).map(|kind| format!(", {kind}")).unwrap_or_default();
        Some(label("@protocol", word)? + &kind)
    };
    offered.map(|(_, word, label)| ((*word).to_owned(), own(word).unwrap_or_else(|| (*label).to_owned()))).collect()
}

/// Where the identity provider's side comes from, where that is not known yet.
pub(crate) fn source(form: &Form, kind: Kind, choose_entity: bool) -> Option<Question> {
    let choice = |key: &str, value: &str, label: &str| {
        let choices = vec![(value.to_owned(), label.to_owned()), ("hand".to_owned(), "you type each value".to_owned())];
        let ask = Ask::Choice { choices, open: false };
        Question { default: Some(value.to_owned()), ..Question::own(key, "Where do the identity provider's values come from?", ask) }
    };
    let text = |key: &str, prompt: &str| Question::own(key, prompt, Ask::Text { separator: None });
    match (kind, form.get(form::SOURCE)) {
        (Kind::Saml, None) => Some(choice(form::SOURCE, "metadata", "its SAML metadata, a file or a URL")),
        (Kind::OAuth(OAuthKind::Custom), None) => {
            Some(choice(form::SOURCE, "discovery", "its OpenID Connect discovery document, a file or a URL"))
        }
        (_, Some("metadata")) if !form.is_answered(form::METADATA) => {
            Some(text(form::METADATA, "File or URL of the metadata"))
        }
        (_, Some("metadata")) if choose_entity && !form.is_answered(form::ENTITY) => {
            Some(text(form::ENTITY, "Entity ID of the identity provider"))
        }
        (_, Some("discovery")) if !form.is_answered(form::DISCOVERY) => {
            Some(text(form::DISCOVERY, "File of the discovery document, or URL of it or of the issuer"))
        }
        _ => None,
    }
}

/// The vendor's page with what is filled in so far.
pub(crate) struct Script<'a> {
    pub(crate) vendor: &'a Vendor,
    pub(crate) kind: Kind,
    pub(crate) form: &'a Form,
    /// The connection as the documents alone make it.
    pub(crate) base: &'a Connection,
    /// What commands will call it.
    pub(crate) name: &'a str,
}

impl<'a> Script<'a> {
    /// The sections of this kind, in order.
    pub(crate) fn sections(&self) -> Vec<&'a Section> {
        let mut sections: Vec<&Section> = Vec::new();
        for (section, _) in self.vendor.asked(self.kind) {
            if sections.last().is_none_or(|last| *last != section) {
                sections.push(section);
            }
        }
        sections
    }

    fn fields(&self, section: &'a Section) -> impl Iterator<Item = &'a Field> {
        self.vendor.asked(self.kind).filter(move |(other, _)| *other == section).map(|(_, field)| field)
    }

    /// The next question of a section.
    pub(crate) fn next(&mut self, section: &'a Section) -> Result<Option<Question>> {
        let mut pending: Vec<Question> = Vec::new();
        let page = Page::new(self.base)?;
        for field in self.fields(section) {
            pending.extend(self.question(field, &page));
        }
        let gate = format!("?gate:{}", section.title);
        // What may all be left as it is is asked for in one question.
        let optional = pending.iter().all(|question| self.is_optional(question));
        if !pending.is_empty() && optional && self.form.get(&gate) == Some("no") {
            return Ok(None);
        }
        if pending.len() > 1 && optional && !self.form.is_answered(&gate) {
            let help = pending.iter().map(|question| match &question.default {
                Some(default) => format!("{}: {default}", question.prompt),
                None => format!("{}: (empty)", question.prompt),
            });
            let question = Question::own(&gate, "Change any of these?", Ask::YesNo);
            return Ok(Some(Question { help: help.collect(), default: Some("no".to_owned()), ..question }));
        }
        Ok(if pending.is_empty() { None } else { Some(pending.swap_remove(0)) })
    }

    /// What a connection by hand needs also where the vendor's page, as far as it is known, does
    /// not ask for it.
    pub(crate) fn beside_the_page(&self) -> Option<Question> {
        if self.kind != Kind::Saml || self.form.get(form::SOURCE) != Some("hand") {
            return None;
        }
        let asked = |paths: &[&str]| self.vendor.asked(self.kind).any(|(_, field)| paths.contains(&field.path.as_str()));
        let text = || Ask::Text { separator: None };
        let rows = [
            (&["saml.idp.entity_id"][..], "saml.idp.entity_id", "Entity ID of the identity provider", text(), true),
            (&["@idp.sso_url", "@idp.bindings", "@idp.binding"], form::SSO_URL, "Single sign-on URL", text(), true),
            (&["@idp.certificates"], form::CERTIFICATES, "Signing certificates (files)", Ask::Files, false),
        ];
        rows.into_iter().find(|(paths, key, ..)| !asked(paths) && !self.form.is_answered(key)).map(
            |(_, key, prompt, ask, needed)| {
                let question = Question::own(key, prompt, ask);
                Question { required: question.required.clone().filter(|_| needed), ..question }
            },
        )
    }

    fn is_optional(&self, question: &Question) -> bool {
        let field = question.field.as_ref();
        question.required.is_none() && field.is_some_and(|field| !field.recommended && !field.internal)
    }

    /// What is known already: shown, not asked.
    pub(crate) fn facts(&self, section: &'a Section, flags: &Form) -> Result<Vec<String>> {
        let page = Page::new(self.base)?;
        let mut facts = Vec::new();
        for field in self.fields(section) {
            let given = match field.path.as_str() {
                "oauth.discovery" => self.form.list(form::DISCOVERY),
                path => flags.list(path),
            };
            let values = if given.is_empty() && self.is_known(field, &page) { page.values(field) } else { given.to_vec() };
            match values.as_slice() {
                [] => {}
                _ if field.path == "oauth.public_key" => facts.push(format!("{}: given", field.label)),
                [one] => facts.push(format!("{}: {one}", field.label)),
                several => {
                    facts.push(format!("{}:", field.label));
                    facts.extend(several.iter().map(|one| format!("  {one}")));
                }
            }
        }
        Ok(facts)
    }

    /// Whether the documents give it.
    fn is_known(&self, field: &Field, page: &Page<'_>) -> bool {
        let path = field.path.as_str();
        let theirs = path.starts_with("saml.idp.") || path.starts_with("oauth.") || path.starts_with("@idp.");
        let by_hand = self.form.get(form::SOURCE) == Some("hand");
        theirs && !(by_hand && path.starts_with("@idp.")) && !page.values(field).is_empty()
    }

    /// The question for a field; `None` where there is nothing to ask.
    fn question(&self, field: &Field, page: &Page<'_>) -> Vec<Question> {
        let form = self.form;
        let by_hand = self.kind == Kind::Saml && form.get(form::SOURCE) == Some("hand");
        let path = field.path.as_str();
        let text = Ask::Text { separator: field.separator.clone() };
        let of = |key: &str, ask: Ask| self.of_field(key, ask, field);
        let mut all = Vec::new();
        match path {
            "@idp.sso_url" | "@idp.bindings" | "@idp.binding" if by_hand => {
                let url = Question { required: Some(self.needed()), ..of(form::SSO_URL, text) };
                let prompt = if path == "@idp.sso_url" { field.label.clone() } else { format!("{} (URL)", field.label) };
                let words = self.vendor.saml.iter().flat_map(|saml| &saml.request_bindings);
                let choices: Vec<(String, String)> = words.map(|word| (word.clone(), String::new())).collect();
                let several = choices.len() > 1;
                let default = choices.first().map(|(word, _)| word.clone());
                all.push(Question { prompt, default: None, ..url });
                if several {
                    let question = Question::own(form::BINDING, "Binding of that URL", Ask::Choice { choices, open: false });
                    all.push(Question { default, ..question });
                }
            }
            "@idp.slo_url" if by_hand => all.push(of(form::SLO_URL, text)),
            "@idp.certificates" if by_hand => {
                let mut question = of(form::CERTIFICATES, Ask::Files);
                question.help.push("a file in PEM, DER or PKCS#7; several with commas between".to_owned());
                all.push(question);
            }
            _ if path.starts_with('@') || ["mappings", "oauth.kind", "oauth.discovery"].contains(&path) => {}
            "oauth.public_key" => {
                let mut question = of(path, Ask::KeyFile);
                question.help.push("a file in PEM or DER".to_owned());
                all.push(question);
            }
            _ if self.is_known(field, page) => {}
            _ if field.shape == Some(Shape::YesNo) => all.push(of(path, Ask::YesNo)),
            _ if !field.choices.is_empty() => {
                let word = |label: &Option<String>| label.clone().unwrap_or_default();
                let choices = field.choices.iter().map(|choice| (choice.value.clone(), word(&choice.label))).collect();
                all.push(of(path, Ask::Choice { choices, open: field.open }));
            }
            "oauth.token_endpoint_auth_methods" | "oauth.id_token_algorithms" => {
                all.push(of(path, Ask::Text { separator: Some(",".to_owned()) }));
            }
            _ => all.push(of(path, text)),
        }
        all.retain(|question| !form.is_answered(&question.key));
        all
    }

    fn of_field(&self, key: &str, ask: Ask, field: &Field) -> Question {
        let path = field.path.as_str();
        // QT2, QT9: where none is listed nobody can enrol.
        let enrols = self.kind == Kind::OAuth(OAuthKind::Google) || self.form.get(JUST_IN_TIME) == Some("yes");
        let enrols = path == DOMAINS && enrols;
        let prompt = if field.recommended { format!("{} (recommended)", field.label) } else { field.label.clone() };
        Question {
            key: key.to_owned(),
            prompt,
            help: field.help.iter().cloned().chain(self.more_help(path)).collect(),
            ask,
            default: self.default(field),
            required: (field.required || enrols).then(|| self.needed()),
            field: Some(field.clone()),
        }
    }

    fn needed(&self) -> String {
        format!("{} requires it", self.vendor.title)
    }

    fn more_help(&self, path: &str) -> Option<String> {
        let text = match path {
            "oauth.client_secret" => "a reference, never the secret itself: env:NAME, file:PATH or command:LINE",
            "oauth.token_endpoint_auth_methods" => "basic, post, or both with a comma between",
            "oauth.user_info_bearer" => "header, body or query",
            _ => return None,
        };
        Some(text.to_owned())
    }

    /// What an empty answer means.
    fn default(&self, field: &Field) -> Option<String> {
        let path = field.path.as_str();
        let saml = self.base.saml.as_ref();
        let with_jit = self.form.get(JUST_IN_TIME) == Some("yes");
        let google = self.kind == Kind::OAuth(OAuthKind::Google);
        match path {
            "name" | "reference" => return Some(self.name.to_owned()),
            // With just-in-time, `*` would let anybody enrol whom the IdP knows: that is to be typed.
            DOMAINS => return (!with_jit && !google).then(|| "*".to_owned()),
            "saml.options.sign_request" if saml.is_some_and(|saml| saml.options.sign_request) => {
                return Some("yes".to_owned());
            }
            "oauth.scope" => return Some("openid email profile".to_owned()),
            "oauth.token_endpoint_auth_methods" => return Some("basic".to_owned()),
            _ => {}
        }
        if let Some(key) = path.strip_prefix("attributes.") {
            let defaults = import::attribute_defaults(saml.map(|saml| saml.idp.entity_id.as_str()));
            let known = defaults.iter().find(|(field, ..)| *field == key).filter(|_| field.required || field.recommended);
            return known.map(|(_, name, _)| (*name).to_owned());
        }
        field.default.clone()
    }
}
