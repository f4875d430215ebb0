//! What a bench measures within one process (`benches/verify.rs`): answers of an identity provider, verified and
//! decided, without HTTP and without a file. Built for benches and tests alone.
#![allow(clippy::unwrap_used, reason = "a bench that cannot begin has nothing to tell")]
#![cfg_attr(not(feature = "benching"), allow(unreachable_pub, reason = "public where a bench calls it"))]

use std::path::Path;

use crate::crypto::scheme::Sha1;
use crate::crypto::sign::NewKey;
use crate::crypto::sign::PrivateKey;
use crate::model::connection::Connection;
use crate::model::identity::Identity;
use crate::provider::Vendors;
use crate::rules::Engine;
use crate::rules::Question;
use crate::rules::Verdict;
use crate::rules::accounts::Account;
use crate::rules::accounts::Accounts;
use crate::saml::binding;
use crate::saml::issue;
use crate::saml::issue::Answer;
use crate::saml::issue::Signed;
use crate::saml::issue::sample;
use crate::saml::response::Request;
use crate::saml::signature::sign::Signer;
use crate::saml::signature::trust::Pin;
use crate::saml::signature::trust::Trust;
use crate::workspace;

const CONNECTION: &str = "version: 1\nprovider: qualtrics\nname: Bench\nstatus:\n  enabled: true\nsettings:\n  \
    brand_id: testbrand\n  data_center: iad1\nsaml:\n  idp:\n    entity_id: https://idp.test\nattributes:\n  \
    email: mail\n  username: uid\nprovisioning:\n  valid_email_domains: ['*']\n";

/// Distinct answers, each signed (RSA-2048, SHA-256) and as a form carries it, and what they are judged by.
pub struct Answers {
    values: Vec<String>,
    trust: Trust,
    connection: Connection,
    vendors: Vendors,
    accounts: Accounts,
}

impl Answers {
    /// So many.
    pub fn new(count: usize) -> Self {
        let key = PrivateKey::generate(NewKey::Rsa(2048)).unwrap();
        let pins = Pin::read(key.public().to_pem().unwrap().as_bytes(), "bench").unwrap();
        let signer = Signer::new(key, None).unwrap();
        let value = |at: usize| {
            let answer = Answer {
                id: format!("_r{at:031}"),
                assertion_id: format!("_a{at:031}"),
                session_index: Some(format!("_s{at:031}")),
                ..sample::answer(&[("mail", "anna@example.org"), ("uid", "1001")])
            };
            binding::posted(&issue::response(&answer, Signed::Assertion, &signer).unwrap())
        };
        let account = Account {
            id: Some("UR_1".to_owned()),
            username: "1001#testbrand".to_owned(),
            email: Some("anna@example.org".to_owned()),
            ..Account::default()
        };
        Self {
            values: (0..count).map(value).collect(),
            trust: Trust { pins, sha1: Sha1::Refused },
            connection: workspace::parse_connection(CONNECTION, Path::new("bench.yaml")).unwrap(),
            vendors: Vendors::new(Vec::new()).unwrap(),
            accounts: Accounts::new(vec![account]),
        }
    }

    /// Octets of one of them as a form carries it.
    pub fn len(&self, at: usize) -> usize {
        self.values[at].len()
    }

    /// Decodes and verifies one of them, and gives whom it proves.
    fn proven(&self, at: usize) -> Identity {
        let xml = binding::decode(&self.values[at], "bench").unwrap();
        sample::judged(&xml, &self.trust, Request::Sent(sample::REQUEST.to_owned())).identity.unwrap()
    }

    /// Verifies one of them: base64, XML, signature, and every step of the profile. Panics where it is refused.
    pub fn verify(&self, at: usize) {
        assert_eq!(self.proven(at).values("uid"), ["1001"]);
    }

    /// The same, and what the rules of a connection make of it. Panics where the user is not let in.
    pub fn decide(&self, at: usize) {
        let vendor = self.vendors.named(&self.connection.provider).unwrap();
        let fields = vendor.rule_fields();
        let setting = |name: &str| vendor.fact(&self.connection.settings, name);
        let engine = Engine::new(Question {
            connection: &self.connection,
            reference: "bench",
            policy: &vendor.rules,
            username: vendor.username.as_ref(),
            fields: &fields,
            relay_state: None,
            setting: &setting,
            accounts: Some(&self.accounts),
        });
        assert_eq!(engine.decide(&self.proven(at)).verdict, Verdict::Allow);
    }
}

/// Reads the text of a connection's file and drops it: what `ssoctl check` cannot undercut. Panics where it is none.
pub fn deserialise(text: &str) {
    drop(workspace::deserialised(text));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_measured_is_a_login_that_is_let_in_and_no_two_are_the_same() {
        deserialise(CONNECTION);
        let answers = Answers::new(2);
        (0..2).for_each(|at| {
            answers.verify(at);
            answers.decide(at);
        });
        assert_ne!(answers.values[0], answers.values[1]);
        assert!(answers.len(0) > 2000);
    }
}
