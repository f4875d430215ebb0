//! The adapter against the sandbox, which shares no code with it.

use std::sync::mpsc;

use super::*;
use crate::model::time::Time;
use crate::sandbox::Options;
use crate::sandbox::Stop;
use crate::sandbox::seed::SeedUser;
use crate::sandbox::seed::generate;

struct Running {
    url: String,
    stop: Stop,
    thread: Option<std::thread::JoinHandle<Result<()>>>,
}

impl Running {
    fn start(faults: &[&str]) -> Self {
        let (stop, (sender, receiver)) = (Stop::default(), mpsc::channel());
        let mut options = Options::new(Time::parse("2026-11-22T10:00:00Z").unwrap());
        options.provider = "qualys".to_owned();
        options.stop = Some(stop.clone());
        options.token = PASSWORD.to_owned();
        options.operator = SeedUser { username: "abcd_ap".to_owned(), ..SeedUser::default() };
        options.seed = generate(300).collect();
        options.faults.rules = faults.iter().map(|rule| rule.parse().unwrap()).collect();
        options.faults.stall = Duration::from_secs(1);
        let thread = std::thread::spawn(move || {
            crate::sandbox::serve(options, move |_, url| sender.send(url.to_owned()).unwrap())
        });
        let url = receiver.recv_timeout(Duration::from_secs(10)).unwrap();
        Self { url, stop, thread: Some(thread) }
    }

    fn api(&self) -> UsersApi {
        try_api(Some(&self.url), None, Some("abcd_ap")).unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.stop();
        drop(self.thread.take().unwrap().join());
    }
}

#[test]
fn the_whole_story_holds_against_the_sandbox() {
    let sandbox = Running::start(&[]);
    let api = sandbox.api();
    let operator = api.operator().unwrap();
    assert_eq!((operator.username.as_str(), operator.account_type.as_deref()), ("abcd_ap", Some("Manager")));
    assert_eq!(api.partial(&operator), None);
    let accounts = api.page(None).unwrap().accounts;
    assert_eq!(accounts.len(), 301);
    let (one, two) = (&accounts[0], &accounts[1]);
    assert_eq!(one.email.as_deref(), Some("user00001@example.org"));
    for value in ["E-1 & <ä> ]]> \"'", &"ü".repeat(256)] {
        api.rename(one, value).unwrap();
        let read = api.account(&one.id, &["", value]).unwrap().unwrap();
        assert_eq!(read, Account { external_id: Some(value.to_owned()), ..one.clone() }, "only that field is changed");
        assert_eq!(api.holders(value).unwrap(), [read]);
    }
    api.rename(one, "").unwrap();
    assert_eq!(api.account(&one.id, &["", "E-1"]).unwrap().unwrap(), *one);
    api.rename(two, "same").unwrap();
    api.rename(one, "same").unwrap();
    assert_eq!(api.holders("same").unwrap().len(), 2, "Qualys is not known to refuse it");
    let gone = Account { id: id("sbox_zz9"), ..Account::default() };
    let CallError::Refused { status: 200, code, .. } = api.rename(&gone, "x").unwrap_err() else { panic!() };
    assert_eq!(code, "9001");
    assert_eq!(api.account(&gone.id, &["x", ""]).unwrap(), None);
    let wrong = try_api(Some(&sandbox.url), None, Some("abcd_xx")).unwrap();
    assert!(matches!(wrong.operator(), Err(CallError::Unauthorized { .. })));
}

#[test]
fn every_fault_of_the_sandbox_is_told_apart() {
    let faults = [
        ("throttle", "throttled"),
        ("error", "unknown"),
        ("commit-then-error", "unknown"),
        ("commit-then-garbage", "unknown"),
        ("commit-then-cut", "unknown"),
        ("commit-then-half", "unknown"),
        ("commit-then-stall", "unknown"),
        ("cut", "unknown"),
        ("ignore", "yes"),
        ("refuse", "no"),
    ];
    let rules: Vec<String> = faults.iter().zip(1..).map(|((fault, _), at)| format!("{fault}=at:{at}")).collect();
    let sandbox = Running::start(&rules.iter().map(String::as_str).collect::<Vec<_>>());
    let (api, account) = (sandbox.api(), Account { id: id("sbox_bm"), ..Account::default() });
    for (fault, expected) in faults {
        let found = match api.rename(&account, fault) {
            Ok(()) => "yes",
            Err(CallError::Throttled { .. }) => "throttled",
            Err(CallError::OutcomeUnknown { .. }) => "unknown",
            Err(CallError::Refused { status: 200, .. }) => "no",
            Err(other) => panic!("{fault}: {other:?}"),
        };
        assert_eq!(found, expected, "{fault}");
        let held = api.holders(fault).unwrap().iter().any(|holder| holder.key(KeyField::ExternalId) == fault);
        assert_eq!(held, fault.starts_with("commit"), "{fault}");
    }
}
