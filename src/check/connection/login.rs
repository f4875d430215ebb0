//! Where logins begin and end, whom they are for, and how users are found.

use std::collections::BTreeSet;

use crate::check::connection::Sink;
use crate::check::connection::Subject;
use crate::check::connection::near_or_all;
use crate::check::connection::saml::location;
use crate::model::connection::OAuthKind;
use crate::model::login::Mode;
use crate::model::shape::Shape;
use crate::model::shape::ascii_domain;
use crate::model::shape::is_domain;
use crate::provider::profile::Capability;
use crate::provider::profile::Support;
use crate::rules::policy::Column;
use crate::rules::policy::Way;

/// Judges addresses, domains, the way users are found, and passwords beside single sign-on.
pub(super) fn login(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    let login = &subject.connection.login;
    for (key, value) in [("url", &login.url), ("landing_url", &login.landing_url), ("exit_url", &login.exit_url)] {
        if let Some(value) = value {
            location(value, &["login".into(), key.into()], sink);
        }
    }
    domains(&login.email_domains, "login", "email_domains", sink);
    way(subject, sink);
    passwords(subject, sink);
}

/// A list of e-mail domains; `*` is one where it gates, and none where it routes.
pub(super) fn domains(list: &[String], section: &'static str, key: &'static str, sink: &mut Sink<'_>) {
    let gates = section == "provisioning";
    let mut seen = BTreeSet::new();
    for (at, domain) in list.iter().enumerate() {
        let route = [section.into(), key.into(), at.into()];
        if domain == "*" && gates {
            if list.len() > 1 {
                sink.info(
                    "email-domain-any",
                    &route,
                    "`*` is any domain, so that the others in the list say nothing".to_owned(),
                    "keep `*`, or the others",
                );
            }
            continue;
        }
        if !is_domain(domain) {
            sink.error(
                "email-domain-form",
                &route,
                format!("`{domain}` is not a domain"),
                if gates {
                    "write a domain such as `example.org`, or `*`"
                } else {
                    "write a domain such as `example.org`"
                },
            );
        } else if let Some(ascii) = ascii_domain(domain)
            && !seen.insert(ascii)
        {
            sink.warning(
                "email-domain-twice",
                &route,
                format!("`{domain}` is in the list twice, in this or another form"),
                "keep one of them",
            );
        }
    }
}

/// QY4: by what an account is looked for.
fn way(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    let ways = &subject.profile.rules.find;
    let route = ["login".into(), "match_by".into()];
    let way = match &subject.connection.login.match_by {
        None => ways.first(),
        Some(name) => {
            let found = ways.iter().find(|way| way.name == *name);
            if found.is_none() {
                let known: Vec<&str> = ways.iter().map(|way| way.name.as_str()).collect();
                sink.error(
                    "match-by-unknown",
                    &route,
                    format!("{} finds no user by `{name}`", subject.profile.title),
                    &near_or_all(name, &known),
                );
            }
            found
        }
    };
    let outbound = subject.connection.oauth.as_ref().is_some_and(|oauth| oauth.kind == OAuthKind::Outbound);
    let Some(way) = way.filter(|_| !outbound) else { return };
    let filled = subject.connection.attributes.contains_key(&way.field) || subject.fixed_claims();
    let field = subject.profile.attributes().find(|field| field.key() == way.field);
    let told = field.is_some_and(|field| field.required || field.fallback.is_some());
    if !filled && !way.subject && !told {
        sink.once_enabled(
            "match-attribute-missing",
            &["attributes".into(), way.field.as_str().into()],
            format!("users are found by `{}`, and no attribute fills it: every login is denied", way.field),
            &format!("`ssoctl connection set NAME attributes.{}=..`", way.field),
        );
    }
    if !filled && way.subject {
        name_id_form(way, subject, sink);
    }
}

/// IN5: the NameID is the username, and that is an e-mail address.
fn name_id_form(way: &Way, subject: &Subject<'_>, sink: &mut Sink<'_>) {
    const OTHER: [&str; 5] = [
        "nameid-format:persistent",
        "nameid-format:transient",
        "nameid-format:X509SubjectName",
        "nameid-format:WindowsDomainQualifiedName",
        "nameid-format:kerberos",
    ];
    let shape = subject.profile.username.as_ref().and_then(|rule| rule.shape);
    let email = way.account == Column::Email || (way.account == Column::Username && shape == Some(Shape::Email));
    let format = subject.connection.saml.as_ref().and_then(|saml| saml.options.name_id_format.as_deref());
    let Some(format) = format.filter(|format| email && OTHER.iter().any(|other| format.ends_with(other))) else {
        return;
    };
    sink.warning(
        "name-id-format",
        &["saml".into(), "options".into(), "name_id_format".into()],
        format!(
            "users are found by the NameID, which must be an e-mail address at {}, and the format `{format}` is another",
            subject.profile.title
        ),
        "use urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress, or name an attribute that carries the address",
    );
}

/// QF5: who has left, and still knows a password of the vendor's own.
fn passwords(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    let mixed = subject.connection.login.mode.unwrap_or(Mode::Mixed) == Mode::Mixed;
    let enabled = subject.connection.status.enabled;
    if mixed && enabled && subject.has("login.mode") && subject.profile.support(Capability::SsoOnly) == Support::Yes {
        sink.info(
            "password-beside",
            &["login".into(), "mode".into()],
            format!(
                "passwords of {} work beside single sign-on: who is removed at the identity provider alone still gets in",
                subject.profile.title
            ),
            "remove leavers at the vendor too, or ask for `login.mode: sso-only`",
        );
    }
}
