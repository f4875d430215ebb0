//! One story that every user API is told against its sandbox: whose the credentials are, the list
//! over several pages, one account, a change and its reading back, who holds a value, a key that is
//! nobody's, credentials that are not accepted.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use super::built_in;
use crate::error::Result;
use crate::http::paced::Paced;
use crate::model::UserId;
use crate::model::connection::DirectoryAccess;
use crate::model::connection::KeyField;
use crate::model::time::Time;
use crate::provider::Access;
use crate::provider::Account;
use crate::provider::CallError;
use crate::provider::Directory;
use crate::provider::Vendors;
use crate::sandbox;
use crate::sandbox::quirk::Quirk;
use crate::secret::Secret;

/// One provider with a user API.
struct Row {
    provider: &'static str,
    /// Its field that is written.
    key: KeyField,
    /// A key that its sandbox gave to nobody.
    nobody: &'static str,
    /// Whose credentials they are, as the vendor calls the operator.
    operator: &'static str,
    /// The list comes in one document.
    whole: bool,
    quirks: &'static [&'static str],
}

const ROWS: &[Row] = &[
    Row {
        provider: "qualys",
        key: KeyField::ExternalId,
        nobody: "sbox_zz99",
        operator: "sbox_op",
        whole: true,
        quirks: &[],
    },
    Row {
        provider: "qualtrics",
        key: KeyField::Username,
        nobody: "UR_nobody",
        operator: OPERATOR,
        whole: false,
        quirks: &[],
    },
    Row {
        provider: "scim",
        key: KeyField::Username,
        nobody: "UR_nobody",
        operator: OPERATOR,
        whole: false,
        quirks: &[],
    },
    Row {
        provider: "scim",
        key: KeyField::ExternalId,
        nobody: "UR_nobody",
        operator: OPERATOR,
        whole: false,
        quirks: &["cursor", "no-me", "numeric-status"],
    },
    Row {
        provider: "scim",
        key: KeyField::Username,
        nobody: "UR_nobody",
        operator: OPERATOR,
        whole: false,
        quirks: &["no-patch", "ignore-filter"],
    },
    Row {
        provider: "scim",
        key: KeyField::Username,
        nobody: "UR_nobody",
        operator: OPERATOR,
        whole: false,
        quirks: &["no-config", "no-etag"],
    },
];

/// What a sandbox takes from everybody, whether as a token or as a password.
const WORD: &str = "rehearsal";
const OPERATOR: &str = "operator@example.org";

struct Stage {
    address: SocketAddr,
    url: String,
    stop: sandbox::Stop,
    thread: Option<JoinHandle<Result<()>>>,
}

impl Stage {
    fn of(row: &Row) -> Self {
        let mut options = sandbox::Options::new(Time::parse("2026-11-22T10:00:00Z").unwrap());
        options.provider = row.provider.to_owned();
        options.quirks = row.quirks.iter().map(|word| word.parse::<Quirk>().unwrap()).collect();
        options.key = match row.key {
            KeyField::Username => sandbox::Key::Username,
            KeyField::ExternalId => sandbox::Key::ExternalId,
        };
        options.token = WORD.to_owned();
        options.page_size = 10;
        options.seed = sandbox::seed::generate(25)
            .enumerate()
            .map(|(at, user)| sandbox::seed::SeedUser { external_id: Some(format!("E{at}")), ..user })
            .collect();
        let stop = sandbox::Stop::default();
        options.stop = Some(stop.clone());
        let (sender, receiver) = mpsc::channel();
        let ready = move |address, url: &str| sender.send((address, url.to_owned())).unwrap();
        let thread = std::thread::spawn(move || sandbox::serve(options, ready));
        let (address, url) = receiver.recv_timeout(Duration::from_secs(10)).unwrap();
        Self { address, url, stop, thread: Some(thread) }
    }

    fn directory(&self, row: &Row, word: &'static str) -> Box<dyn Directory> {
        let access = DirectoryAccess {
            api_url: Some(self.url.clone()),
            token: Some("env:WORD".parse().unwrap()),
            login: Some(row.operator.to_owned()),
            password: Some("env:WORD".parse().unwrap()),
            key: Some(row.key),
            ..DirectoryAccess::default()
        };
        let access = Access {
            setting: &|_| None,
            directory: &access,
            secret: &|_| Secret::new(word.to_owned().into(), "`x`"),
            http: Paced::new(super::client(), crate::http::pace::tests::free(), Duration::from_secs(5)),
        };
        built_in(row.provider).directory(access).unwrap()
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.stop.stop();
        drop(self.thread.take().unwrap().join());
    }
}

/// The whole list by its keys; no account comes twice, and it takes more than one page.
fn listed(row: &Row, directory: &dyn Directory) -> BTreeMap<String, Account> {
    let (mut all, mut cursor, mut pages) = (BTreeMap::new(), None, 0);
    loop {
        let page = directory.page(cursor.as_deref()).unwrap();
        pages += 1;
        assert!(pages < 10, "an endless list");
        for account in page.accounts {
            assert!(all.insert(account.id.0.clone(), account).is_none(), "an account came twice");
        }
        match page.next {
            Some(next) => cursor = Some(next),
            None => break assert!(pages > 2 || row.whole, "{pages} pages"),
        }
    }
    all
}

fn held_by(directory: &dyn Directory, value: &str) -> Vec<String> {
    directory.holders(value).unwrap().into_iter().map(|account| account.id.0).collect()
}

fn story(row: &Row) {
    let stage = Stage::of(row);
    let directory = stage.directory(row, WORD);
    assert_eq!(directory.key_field(), row.key);

    let operator = directory.operator().unwrap();
    assert!(!operator.brand_id.is_empty());
    let all = listed(row, &*directory);
    assert_eq!(all.len(), 26);
    if operator.user_id.0.is_empty() {
        assert!(row.quirks.contains(&"no-me"), "nobody knows whose the credentials are");
    } else {
        assert_eq!(all[&operator.user_id.0].username.0, row.operator);
    }
    assert_eq!(listed(row, &*directory), all, "the list can be read twice");

    let one = all.values().find(|account| account.email.as_deref() == Some("user00007@example.org")).unwrap();
    let (id, before) = (&one.id, one.key(row.key).to_owned());
    let read = || directory.account(id, &[&before, "moved-7"]).unwrap().unwrap();
    let now = read();
    assert_eq!((now.key(row.key), &now.id, now.email.as_deref()), (before.as_str(), id, Some("user00007@example.org")));
    assert_eq!(held_by(&*directory, &before), [id.0.as_str()]);
    assert!(held_by(&*directory, "moved-7").is_empty());

    directory.rename(&now, "moved-7").unwrap();
    assert_eq!(read().key(row.key), "moved-7");
    assert_eq!(held_by(&*directory, "moved-7"), [id.0.as_str()]);
    assert!(held_by(&*directory, &before).is_empty());
    let after = listed(row, &*directory);
    let changed: Vec<&String> = all.keys().filter(|key| after[*key].key(row.key) != all[*key].key(row.key)).collect();
    assert_eq!(changed, [&id.0], "this account and no other");
    assert_eq!(after[&id.0].first_name, all[&id.0].first_name, "and nothing else of it");

    // The way back, from what was read since.
    directory.rename(&read(), &before).unwrap();
    assert_eq!(read().key(row.key), before);

    let nobody = UserId(row.nobody.to_owned());
    assert_eq!(directory.account(&nobody, &[]).unwrap(), None);
    let to_nobody = directory.rename(&Account { id: nobody, ..one.clone() }, "moved-7");
    assert!(matches!(to_nobody, Err(CallError::Refused { .. } | CallError::Changed { .. })), "{to_nobody:?}");

    let stranger = stage.directory(row, "not-the-word");
    let refused = |error: CallError| {
        assert!(matches!(error, CallError::Unauthorized { .. }), "{error:?}");
        assert!(!format!("{error} {error:?}").contains("not-the-word"));
    };
    refused(stranger.operator().unwrap_err());
    refused(stranger.page(None).unwrap_err());
    refused(stranger.account(id, &[&before]).unwrap_err());
    refused(stranger.rename(one, "moved-7").unwrap_err());
    assert_eq!(read().key(row.key), before);
    drop(directory);
    assert!(stage.address.ip().is_loopback());
}

#[test]
fn every_user_api_tells_the_same_story() {
    for row in ROWS {
        story(row);
    }
}

#[test]
fn no_user_api_is_without_its_story() {
    for vendor in Vendors::new(Vec::new()).unwrap().all().unwrap().into_iter().filter(|vendor| vendor.api.is_some()) {
        assert!(ROWS.iter().any(|row| row.provider == vendor.id), "{}", vendor.id);
        assert!(sandbox::providers().any(|provider| provider == vendor.id), "{}: no sandbox", vendor.id);
    }
}
