//! A vendor's profile for a person, and all vendors side by side.

use crate::cli::provider::document::answer;
use crate::cli::table;
use crate::model::printable;
use crate::model::shape::Shape;
use crate::model::username::names;
use crate::provider::Vendor;
use crate::provider::profile::Api;
use crate::provider::profile::Capability;
use crate::provider::profile::Choice;
use crate::provider::profile::Field;
use crate::provider::profile::SetUpBy;
use crate::provider::profile::SpCandidate;
use crate::provider::profile::SpSource;
use crate::provider::profile::Support;
use crate::provider::profile::When;
use crate::rules::policy::source_of;

/// The matrix: what a vendor can do is a row, a vendor is a column. Vendors that do not fit
/// beside the others come below them.
pub(super) fn matrix(vendors: &[&Vendor]) -> String {
    let rows: Vec<Vec<String>> = vendors
        .iter()
        .map(|vendor| {
            let by = match vendor.set_up.by {
                SetUpBy::Yourself => "yourself",
                SetUpBy::Vendor => "the vendor",
            };
            let from = vendor.file.clone().unwrap_or_else(|| "built in".to_owned());
            vec![vendor.id.clone(), vendor.title.clone(), by.to_owned(), from]
        })
        .collect();
    let mut text = table::listing(&["provider", "name", "set up by", "from"], &rows);
    let first = Capability::ALL.into_iter().map(|capability| capability.key().len()).max().unwrap_or_default();
    for part in fitting(vendors, first) {
        let mut headings = vec!["can"];
        headings.extend(part.iter().map(|vendor| vendor.id.as_str()));
        let rows: Vec<Vec<String>> = Capability::ALL
            .into_iter()
            .map(|capability| {
                let word = |vendor: &&Vendor| match vendor.support(capability) {
                    Support::Yes => "yes",
                    Support::No(_) => "no",
                    Support::Unknown(_) => "?",
                };
                let answers = part.iter().map(|vendor| word(vendor).to_owned());
                std::iter::once(capability.key().to_owned()).chain(answers).collect()
            })
            .collect();
        text += "\n";
        text += &table::listing(&headings, &rows);
    }
    text + "\n?  unknown, ask the vendor\n"
}

/// The vendors in groups that fit the terminal; all in one where nobody looks.
fn fitting<'v>(vendors: &[&'v Vendor], first: usize) -> Vec<Vec<&'v Vendor>> {
    let room = table::terminal_width().unwrap_or(usize::MAX);
    let mut parts: Vec<Vec<&Vendor>> = Vec::new();
    let mut width = usize::MAX;
    for vendor in vendors {
        let column = vendor.id.chars().count().max(3) + 2;
        match parts.last_mut() {
            Some(part) if width.saturating_add(column) <= room => {
                part.push(vendor);
                width += column;
            }
            _ => {
                parts.push(vec![vendor]);
                width = first + column;
            }
        }
    }
    parts
}

/// The whole profile.
pub(super) fn page(vendor: &Vendor) -> String {
    let from = vendor.file.as_ref().map(|file| format!(", your own profile {file}")).unwrap_or_default();
    let mut page = printable(&format!("{} ({}){from}", vendor.title, vendor.id));
    page += "\n";
    list(&mut page, "you need", &vendor.prerequisites);
    set_up(&mut page, vendor);
    let capabilities: Vec<(&str, String)> = Capability::ALL
        .into_iter()
        .map(|capability| {
            let support = vendor.support(capability);
            let (word, reason) = answer(&support);
            (capability.words(), if reason.is_empty() { word.to_owned() } else { format!("{word}: {reason}") })
        })
        .collect();
    page += &format!("\ncapabilities\n{}", table::facts(2, &capabilities));
    saml(&mut page, vendor);
    if let Some(oauth) = &vendor.oauth {
        let kinds: Vec<&str> = oauth.kinds.iter().map(|kind| kind.word()).collect();
        let redirect = match (&oauth.redirect_uri, vendor.field("oauth.redirect_uri")) {
            (Some(form), _) => form.clone(),
            (None, Some(field)) => format!("shown by the vendor as {}", field.label),
            (None, None) => "unknown, ask the vendor: which redirect URI do we allow?".to_owned(),
        };
        let facts =
            [("kinds", kinds.join(", ")), ("logs in at", oauth.methods.join(", ")), ("redirect URI", redirect)];
        page += &format!("\nOAuth 2.0\n{}", table::facts(2, &facts));
    }
    users(&mut page, vendor);
    page += "\nwhat the vendor's page asks for (key of the file, and what may stand there)\n";
    for section in &vendor.page {
        let when = section.when.map(|when| format!(" ({} only)", self::when(when))).unwrap_or_default();
        page += &format!("\n  {}{when}\n", printable(&section.title));
        if let Some(note) = &section.note {
            lines(&mut page, 4, note);
        }
        for field in &section.fields {
            lines(&mut page, 4, &field.label);
            lines(&mut page, 8, &detail(field, vendor));
        }
    }
    let sources: Vec<String> = vendor.sources.iter().map(|source| source_of(source, &vendor.title)).collect();
    list(&mut page, "sources", &sources);
    page
}

fn list(page: &mut String, title: &str, items: &[String]) {
    if !items.is_empty() {
        *page += &format!("\n{title}\n");
        for item in items {
            lines(page, 2, item);
        }
    }
}

/// A paragraph that fits the terminal.
fn lines(page: &mut String, indent: usize, text: &str) {
    let text = format!("{:indent$}{}", "", printable(text));
    for line in table::wrapped(&text, table::terminal_width()) {
        *page += &line;
        *page += "\n";
    }
}

fn set_up(page: &mut String, vendor: &Vendor) {
    let set_up = &vendor.set_up;
    let by = match set_up.by {
        SetUpBy::Yourself => "yourself, on the vendor's page",
        SetUpBy::Vendor => "the vendor, on request",
    };
    let stages: Vec<String> =
        set_up.stages.iter().enumerate().map(|(at, stage)| format!("{}. {stage}", at + 1)).collect();
    let facts = [
        ("by", by.to_owned()),
        ("where", set_up.place.clone()),
        ("takes", set_up.takes.clone().unwrap_or_default()),
        ("stages", stages.join("\n")),
    ];
    *page += &format!("\nset-up\n{}", table::facts(2, &facts));
}

fn saml(page: &mut String, vendor: &Vendor) {
    let Some(saml) = &vendor.saml else { return };
    let sp = &saml.sp;
    let asked = || format!("unknown, ask the vendor: {}", sp.ask.as_deref().unwrap_or("which ones are they?"));
    let values = match sp.source {
        SpSource::Published => "published by the vendor".to_owned(),
        SpSource::Vendor => "shown by the vendor; ssoctl does not guess which form".to_owned(),
        SpSource::Unknown => asked(),
    };
    let pair = |form: &SpCandidate| format!("entity ID {}\nACS       {}", form.entity_id, form.acs);
    let mut facts = vec![("entity ID and ACS".to_owned(), values)];
    facts.extend(sp.forms.iter().map(|form| (form.label.clone(), pair(form))));
    let published = published(vendor);
    let mut doubts: Vec<&str> = published.iter().filter_map(|(.., doubt)| doubt.as_deref()).collect();
    doubts.dedup();
    facts.extend(published.iter().map(|(choice, form, doubt)| {
        (format!("{choice}{}", if doubt.is_some() { " *" } else { "" }), format!("ACS       {}", form.acs))
    }));
    facts.extend(doubts.iter().map(|doubt| ("*".to_owned(), format!("compare it with what the vendor says: {doubt}"))));
    facts.extend(sp.mistakes.iter().map(|mistake| {
        ("mistake".to_owned(), format!("{}\n  means {}: {}", mistake.value, mistake.meant, mistake.why))
    }));
    facts.push(("requests by".to_owned(), saml.request_bindings.join(", ")));
    facts.push(("always signed".to_owned(), saml.always_signed.join(", ")));
    facts.push(("NameID formats".to_owned(), saml.name_id_formats.join("\n")));
    let relay_state = saml.idp_initiated_relay_state.as_ref();
    let relay_state = relay_state.map(|form| format!("{form}, where a login begins at the identity provider"));
    facts.push(("RelayState".to_owned(), relay_state.unwrap_or_default()));
    let facts: Vec<(&str, String)> = facts.iter().map(|(label, value)| (label.as_str(), value.clone())).collect();
    *page += &format!("\nSAML 2.0 service provider\n{}", table::facts(2, &facts));
}

/// The values that the vendor publishes, for each choice of the setting that they are made of.
pub(super) fn published(vendor: &Vendor) -> Vec<(String, SpCandidate, Option<String>)> {
    let Some(saml) = vendor.saml.as_ref().filter(|saml| saml.sp.source == SpSource::Published) else {
        return Vec::new();
    };
    let forms = saml.sp.forms.first().into_iter();
    let keys = forms.flat_map(|form| names(&form.entity_id).into_iter().chain(names(&form.acs)));
    let parted = keys.filter_map(|name| name.split_once('.').map(|(key, _)| key));
    let setting = parted.filter_map(|key| vendor.settings().find(|field| field.key() == key)).next();
    let of = |field: &Field, choice: &Choice| {
        let settings = [(field.key().to_owned(), choice.value.clone())].into();
        vendor.sp_published(&settings).map(|form| (choice.value.clone(), form, choice.unverified.clone()))
    };
    setting.into_iter().flat_map(|field| field.choices.iter().filter_map(move |choice| of(field, choice))).collect()
}

fn users(page: &mut String, vendor: &Vendor) {
    let rule = vendor.username.as_ref();
    let login = match (&vendor.login_url.form, &vendor.login_url.ask) {
        (Some(form), Some(ask)) => format!("{form}\n{ask}"),
        (Some(form), None) => form.clone(),
        (None, ask) => {
            format!("unknown, ask the vendor: {}", ask.as_deref().unwrap_or("at which URL do our users log in?"))
        }
    };
    let facts = [
        ("username", rule.map(|rule| rule.form.clone()).unwrap_or_default()),
        ("looks like", rule.and_then(|rule| rule.shape).map(shape).unwrap_or_default().to_owned()),
        ("refused characters", rule.map(|rule| rule.refused_characters.clone()).unwrap_or_default()),
        ("login URL", login),
        ("user API", vendor.api.map(user_api).unwrap_or_default()),
    ];
    *page += &format!("\nusers\n{}", table::facts(2, &facts));
}

/// Which field ssoctl writes, and what of `directory:` opens the API.
fn user_api(api: Api) -> String {
    let opened = api.opened_by().join(", or ");
    format!("ssoctl speaks it: opened by {opened} of `directory:`, writes {}", api.writes().word())
}

/// What may stand in a field, in one line.
fn detail(field: &Field, vendor: &Vendor) -> String {
    let mut parts = vec![format!("{}: {}", field.path, field.need())];
    if let Some(other) = &field.fallback {
        let label = vendor.attributes().find(|field| field.key() == other).map_or(other.as_str(), |field| &field.label);
        parts.push(format!("else {label} is used"));
    }
    parts.extend(field.help.clone());
    if !field.choices.is_empty() {
        let choices = field.choices.iter().map(|choice| match &choice.label {
            Some(label) => format!("{} ({label})", choice.value),
            None => choice.value.clone(),
        });
        let more = if field.open { ", or another" } else { "" };
        parts.push(format!("one of {}{more}", choices.collect::<Vec<_>>().join(", ")));
    }
    parts.extend(field.shape.map(|shape| self::shape(shape).to_owned()));
    parts.extend(field.characters.as_ref().map(|set| format!("characters {set}")));
    parts.extend(field.max_length.map(|most| format!("at most {most} characters")));
    parts.extend(field.separator.as_ref().map(|separator| format!("several parted by `{separator}`")));
    parts.extend(field.default.as_ref().map(|default| format!("default {default}")));
    parts.extend(field.when.map(|when| format!("{} only", self::when(when))));
    if field.internal {
        parts.push("the vendor does not ask for it".to_owned());
    }
    parts.join("; ")
}

const fn shape(shape: Shape) -> &'static str {
    match shape {
        Shape::Email => "an e-mail address",
        Shape::Domain => "a domain",
        Shape::Url => "an https URL",
        Shape::YesNo => "yes or no",
    }
}

/// For which connections, as profiles have it.
pub(super) const fn when(when: When) -> &'static str {
    match when {
        When::Saml => "saml",
        When::Custom => "custom",
        When::Google => "google",
        When::Entra => "entra",
        When::OAuth => "oauth",
        When::Outbound => "outbound",
        When::Attributes => "attributes",
    }
}
