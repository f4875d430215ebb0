//! The sheet for the vendor: its page, questionnaire or sheet in its own order and words, how far
//! the set-up is, what is still to be asked, and the request itself where the vendor wants one.

use std::borrow::Cow;

use crate::error::told::redacted;
use crate::export::addresses;
use crate::export::addresses::Address;
use crate::export::handover::Body;
use crate::export::handover::Content;
use crate::export::handover::Entry;
use crate::export::handover::Part;
use crate::export::handover::Sheet;
use crate::export::handover::Side;
use crate::export::handover::Subject;
use crate::export::handover::content;
use crate::export::sp_values::SpAnswer;
use crate::export::sp_values::sp_answer;
use crate::model::breaks_a_line;
use crate::model::connection::OAuthKind;
use crate::provider::profile::Capability;
use crate::provider::profile::Kind;
use crate::provider::profile::SetUpBy;
use crate::provider::profile::Support;

/// The whole sheet.
pub(super) fn sheet(subject: &Subject<'_>) -> Sheet {
    let profile = subject.profile;
    let mut parts = vec![set_up(subject)];
    parts.extend(stages(subject));
    let page = page(subject);
    let questions = questions(subject);
    let letter = letter(subject, &page, &questions);
    parts.extend(page);
    if !questions.is_empty() {
        parts.push(Part::new(format!("Ask {}", profile.title), Body::List(questions)));
    }
    parts.extend(letter);
    let title = format!("{}: what to enter or send for the connection {}", profile.title, subject.name);
    subject.sheet(Side::Vendor, title, parts)
}

fn set_up(subject: &Subject<'_>) -> Part {
    let set_up = &subject.profile.set_up;
    let (label, who) = match set_up.by {
        SetUpBy::Yourself => ("Enter it at", "you, on the vendor's page".to_owned()),
        SetUpBy::Vendor => ("Send it to", format!("{}, on request", subject.profile.title)),
    };
    let mut facts = vec![("Set up by".to_owned(), who)];
    if !set_up.place.is_empty() {
        facts.push((label.to_owned(), set_up.place.clone()));
    }
    if let Some(takes) = &set_up.takes {
        facts.push(("It takes".to_owned(), takes.clone()));
    }
    Part::new("Set-up", Body::Facts(facts))
}

/// The vendor's stages and where this connection stands (QF7).
fn stages(subject: &Subject<'_>) -> Option<Part> {
    let stages = &subject.profile.set_up.stages;
    if stages.is_empty() {
        return None;
    }
    let status = &subject.connection.status;
    let on = |date: Option<crate::model::time::Time>| date.map(|date| format!("done on {}", date.date()));
    let done = [
        on(status.requested_on),
        on(status.idp_configured_on),
        on(status.vendor_configured_on),
        on(status.tested_on),
        status.enabled.then(|| "done".to_owned()),
    ];
    // Stages of another number are the vendor's own, and nothing in the file says how far they are.
    let known = stages.len() == done.len();
    let mut next = true;
    let steps = stages.iter().enumerate().map(|(at, stage)| {
        let mark = known.then(|| match done[at].clone() {
            Some(done) => done,
            None if std::mem::take(&mut next) => "next".to_owned(),
            None => "to do".to_owned(),
        });
        (mark, stage.clone())
    });
    Some(Part::new("Where it stands", Body::Steps(steps.collect())))
}

/// The sections of the vendor's page that this kind of connection has.
fn page(subject: &Subject<'_>) -> Vec<Part> {
    let Some(kind) = Kind::of(subject.connection) else { return Vec::new() };
    let document = serde_json::to_value(subject.connection).unwrap_or_default();
    let mut parts = Vec::new();
    for section in subject.profile.page.iter().filter(|section| section.when.is_none_or(|when| when.holds(kind))) {
        let fields = section.fields.iter();
        let asked = fields.filter(|field| !field.internal && field.when.is_none_or(|when| when.holds(kind)));
        let entries: Vec<Entry> = asked.map(|field| content::entry(field, subject, &document)).collect();
        if !entries.is_empty() {
            let note = section.note.clone().or_else(|| cut_over(&entries, subject));
            parts.push(Part::new(&section.title, Body::Fields(entries)).noted(note));
        }
    }
    parts
}

/// Which of several certificates to enter, where the vendor takes one.
fn cut_over(entries: &[Entry], subject: &Subject<'_>) -> Option<String> {
    let several = |entry: &Entry| matches!(&entry.content, Content::Certificates(all) if all.len() > 1);
    match subject.profile.support(Capability::SeveralCertificates) {
        Support::No(why) if entries.iter().any(several) => Some(format!(
            "one certificate only ({why}): enter the one that the identity provider signs with today, and the next on \
             the day on which it changes"
        )),
        _ => None,
    }
}

/// What the vendor has still to say, for this kind of connection.
pub(super) fn questions(subject: &Subject<'_>) -> Vec<String> {
    let (connection, profile) = (subject.connection, subject.profile);
    let mut questions = Vec::new();
    if let Some(saml) = &connection.saml
        && let SpAnswer::Unknown(gap) = sp_answer(subject.name, connection, saml, profile)
    {
        questions.extend(gap.question);
    }
    let redirected = connection.oauth.as_ref().is_some_and(|oauth| oauth.redirect_uri.is_none());
    if redirected && let Content::Unknown(question) = super::idp::redirect_uri(subject) {
        questions.push(question);
    }
    let outbound = Kind::of(connection) == Some(Kind::OAuth(OAuthKind::Outbound));
    if let (Address::Ask(question), false) = (addresses::login_url(connection, profile), outbound) {
        questions.push(question);
    }
    if connection.saml.is_some()
        && let Support::Unknown(question) = profile.support(Capability::NameId)
    {
        questions.push(question);
    }
    questions
}

/// The request, ready to send, where the vendor's first stage is one (QF8).
fn letter(subject: &Subject<'_>, page: &[Part], questions: &[String]) -> Option<Part> {
    let (connection, profile) = (subject.connection, subject.profile);
    if profile.set_up.by != SetUpBy::Vendor || profile.set_up.stages.is_empty() {
        return None;
    }
    let mut text = format!(
        "{}\n\nHello,\n\n",
        one_line(&format!("Subject: single sign-on for {}: {}", profile.title, connection.name))
    );
    text += &format!("please set up single sign-on for our account at {} with what follows.\n", profile.title);
    let mut secret = false;
    for part in page {
        let Body::Fields(entries) = &part.body else { continue };
        text += &format!("\n{}\n", part.title);
        for entry in entries {
            secret |= entry.content == Content::Secret;
            if let Some(value) = said(entry) {
                text += &value;
            }
        }
    }
    if let Cow::Owned(rest) = redacted(&text) {
        text = rest + "\nWhat stands as `..` in a URL follows by another channel.\n";
    }
    if secret {
        text += "\nThe client secret follows by another channel.\n";
    }
    if !questions.is_empty() {
        text += "\nPlease tell us:\n";
        for question in questions {
            text += &format!("- {question}\n");
        }
    }
    text += "\nOnce your side is configured we test the connection and tell you, so that you can enable it.\n";
    text += "\nKind regards\n";
    text += &one_line(connection.technical_contact.as_deref().unwrap_or("(your name)"));
    text += "\n";
    let to = one_line(&format!("To: {}", profile.set_up.place));
    Some(Part::new("The request, ready to send", Body::Letter(text)).noted(Some(to)))
}

/// A header of the letter: a line break in it would begin another.
fn one_line(text: &str) -> String {
    text.split(breaks_a_line).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A line of the letter; what is not set is left out, unless the vendor needs it.
fn said(entry: &Entry) -> Option<String> {
    let label = &entry.label;
    Some(match &entry.content {
        Content::Given(value) | Content::Default(value) => format!("- {label}: {value}\n"),
        Content::Several(values) => {
            format!(
                "- {label}: {}\n",
                values.join(entry.separator.as_deref().filter(|one| *one != ",").unwrap_or(", "))
            )
        }
        Content::Certificates(all) => {
            let one = |pem: &super::Pem| format!("{}SHA-256 {}, until {}\n", pem.pem, pem.sha256, pem.not_after.date());
            format!("- {label}:\n\n{}", all.iter().map(one).collect::<Vec<_>>().join("\n"))
        }
        Content::Mappings(rows) => {
            let lines = rows.iter().map(|row| format!("    {}\n", row.cells().join("  ")));
            format!("- {label}:\n{}", lines.collect::<String>())
        }
        Content::Secret => format!("- {label}: by another channel\n"),
        Content::Missing => format!("- {label}: (to be added before this is sent)\n"),
        Content::Fallback(_) | Content::NotSet => return None,
        Content::Unknown(_) | Content::Shown(_) | Content::None(_) => return None,
    })
}
