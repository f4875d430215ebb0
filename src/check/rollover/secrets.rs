//! Client secrets and API tokens: nothing in them says when they end, so the file does, or nobody.

use crate::check::rollover::Subject;
use crate::model::SecretRef;
use crate::model::connection::Connection;
use crate::model::rollover::Item;
use crate::model::rollover::Presence;
use crate::model::rollover::Role;
use crate::model::rollover::Row;
use crate::model::rollover::State;
use crate::model::rollover::Step;
use crate::model::time::Time;

/// Rows and steps of all that the file refers to.
pub(super) fn of(subject: &Subject<'_>, connection: &Connection, rows: &mut Vec<Row>, steps: &mut Vec<Step>) {
    if let Some(oauth) = &connection.oauth
        && let Some(reference) = &oauth.client_secret
    {
        let key = "oauth.client_secret_expires_on";
        let maker = "at the identity provider";
        one(subject, Role::ClientSecret, (reference, key, maker), oauth.client_secret_expires_on, rows, steps);
    }
    if let Some(directory) = &connection.directory
        && let Some(reference) = &directory.token
    {
        let maker = format!("at {}", subject.vendor);
        let key = "directory.token_expires_on";
        one(subject, Role::ApiToken, (reference, key, &maker), directory.token_expires_on, rows, steps);
    }
}

fn one(
    subject: &Subject<'_>,
    role: Role,
    (reference, key, maker): (&SecretRef, &str, &str),
    end: Option<Time>,
    rows: &mut Vec<Row>,
    steps: &mut Vec<Step>,
) {
    let terms = subject.terms;
    let item = Item { sha256: None, key: None, begin: None, end, presence: Presence::InFile };
    let state = end.map_or(State::Undated, |end| terms.state(end));
    rows.push(Row { role, items: vec![item], until: end.filter(|end| *end >= terms.now), state });
    let declare = subject.command("connection set", &format!("{key}=DATE"));
    let step = match end {
        None => Step {
            id: "declare",
            role,
            from: None,
            by: None,
            what: format!("nobody has said when {} ends: look {maker}, and write it into the file", role.words()),
            commands: vec![declare],
        },
        Some(end) => {
            // A command may have arguments that are nobody's business.
            let place = match reference {
                SecretRef::Command(_) => "the place that the file's `command:` reads".to_owned(),
                other => format!("`{other}`"),
            };
            let entered =
                if role == Role::ClientSecret { format!(", enter it at {}", subject.vendor) } else { String::new() };
            Step {
                id: "renew",
                role,
                from: Some(terms.warned(end)),
                by: Some(terms.entered(end)),
                what: format!(
                    "{} ends on {}: make a new one {maker}{entered}, put it into {place}, and write its end into the file",
                    role.words(),
                    end.date()
                ),
                commands: vec![declare],
            }
        }
    };
    steps.push(step);
}
