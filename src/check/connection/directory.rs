//! What opens the vendor's user list: which of several credentials counts, and until when.

use crate::check::connection::Sink;
use crate::check::connection::Subject;

/// Keys under `directory:` that open something.
const CREDENTIALS: [&str; 5] = ["token", "login", "password", "client_id", "client_secret"];

pub(super) fn directory(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    let Some(directory) = &subject.connection.directory else { return };
    if directory.token.is_some() && directory.token_expires_on.is_none() {
        sink.info(
            "token-end-unknown",
            &["directory".into(), "token".into()],
            "when the API token ends is not on record, so that nothing can warn of it".to_owned(),
            "`ssoctl connection set NAME directory.token_expires_on=YYYY-MM-DD`",
        );
    }
    let Some(api) = subject.profile.api else { return };
    let title = &subject.profile.title;
    let is_there = |key: &str| subject.value(&format!("directory.{key}")).is_some_and(|value| !value.is_null());
    let sets = || api.opened_by().iter().map(|set| set.split(" and ").collect::<Vec<_>>());
    let begun: Vec<Vec<&str>> = sets().filter(|set| is_there(set[0])).collect();
    match begun.as_slice() {
        [] => {}
        [_] => {
            let is_read = |key: &str| sets().any(|set| set.contains(&key));
            for key in CREDENTIALS.into_iter().filter(|key| is_there(key) && !is_read(key)) {
                sink.warning(
                    "directory-key-unread",
                    &["directory".into(), key.into()],
                    format!(
                        "`directory.{key}` is not read: {title}'s user API is opened by {}",
                        api.opened_by().join(", or by ")
                    ),
                    &format!("`ssoctl connection set NAME --unset directory.{key}`"),
                );
            }
        }
        [first, second, ..] => {
            let unset = |set: &[&str]| set.iter().map(|key| format!(" --unset directory.{key}")).collect::<String>();
            sink.warning(
                "directory-keys-several",
                &["directory".into(), second[0].into()],
                format!(
                    "`directory.{}` stands beside `directory.{}`: one alone opens {title}'s user API, and with both \
                     neither counts",
                    second[0], first[0]
                ),
                &format!(
                    "`ssoctl connection set NAME{}` keeps {}, `ssoctl connection set NAME{}` keeps {}",
                    unset(first),
                    second.join(" and "),
                    unset(second),
                    first.join(" and ")
                ),
            );
        }
    }
}
