//! Waiting for a login, and telling at once what comes and does not end the test.

use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;
use std::time::Instant;

use crate::cli::connection::test::Args;
use crate::cli::connection::test::report;
use crate::cli::ui::Ui;
use crate::model::verification::Verification;
use crate::trial::site::Event;
use crate::trial::site::Login;
use crate::trial::site::Trial;

/// How long the browser has to fetch the page of the result, once the login has come.
const TO_SHOW: Duration = Duration::from_secs(5);

/// How long an answer that came in time may take to be judged: a few requests of half a minute each.
const TO_JUDGE: Duration = Duration::from_secs(120);

/// What does not end the test is told one by one, so much of it.
const MOST_OTHERS: usize = 10;

/// What came while somebody waited.
#[derive(Default)]
pub(super) struct Heard {
    /// The login that counts, or nearest to it.
    pub(super) login: Option<Arc<Login>>,
    /// What a logout came to, where it is a part of the test.
    pub(super) logout: Option<Arc<Verification>>,
    /// What does not end the test, as much of it as is told.
    others: Vec<Arc<Login>>,
    /// How much more there was.
    pub(super) more: u64,
}

impl Heard {
    /// Something that does not end the test is told at once, since the wait may be long.
    fn other(&mut self, login: Arc<Login>, ui: &Ui) {
        if self.others.len() == MOST_OTHERS {
            self.more += 1;
            return;
        }
        ui.status(&format!("something came that does not end the test: {}", report::short(&login)));
        if self.others.len() + 1 == MOST_OTHERS {
            ui.status("more of it is counted, and told at the end");
        }
        self.others.push(login);
    }

    /// What has come beside the login that is told.
    pub(super) fn others_beside(&self, login: &Arc<Login>) -> Vec<&Login> {
        self.others.iter().filter(|other| !Arc::ptr_eq(other, login)).map(Arc::as_ref).collect()
    }
}

/// Until the login has come and was shown, and the logout too where it is a part of the test. What somebody
/// else hands in does not end it: it is told where the identity provider has signed it, or no login begins here.
pub(super) fn wait(args: &Args, events: &Receiver<Event>, trial: &Trial, ui: &Ui) -> Heard {
    let mut heard = Heard::default();
    let mut until = Instant::now() + Duration::from_secs(args.wait);
    // Who came in time is judged to the end, which may take some requests to the identity provider.
    let patience = until + TO_JUDGE;
    loop {
        let event = match events.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(event) => event,
            Err(RecvTimeoutError::Timeout) if trial.is_busy() && until < patience => {
                until = patience.min(Instant::now() + Duration::from_secs(1));
                continue;
            }
            Err(_) => break,
        };
        let is_final = |heard: &Heard| {
            heard.login.as_ref().is_some_and(|login| {
                let logs_out = args.slo && login.judged.verification.refusal().is_none();
                login.expected && (!logs_out || heard.logout.is_some())
            })
        };
        match event {
            // The page holds which of several counts.
            Event::Login(login) => heard.login = Some(login),
            Event::Other(login) => heard.other(login, ui),
            Event::Logout(steps) => heard.logout = Some(steps),
            Event::Shown if is_final(&heard) => break,
            Event::Shown => continue,
        }
        if is_final(&heard) {
            until = until.min(Instant::now() + TO_SHOW);
        }
    }
    if args.slo && heard.logout.is_none() && heard.login.as_ref().is_some_and(|login| login.judged.identity.is_some()) {
        let mut steps = Verification::default();
        let told = format!("no answer to a logout came within {} s", args.wait);
        let hint = "press the button of the result's page; if it was pressed, the logout response URL at the identity provider is another one";
        steps.failed("answer", "saml-profiles 4.4.3.4", "logout-not-answered", told, hint);
        heard.logout = Some(Arc::new(steps));
    }
    heard
}
