//! A captured SAML response, against what the connection and the vendor's profile expect.

use crate::cli::context::Context;
use crate::cli::login::capture::Captured;
use crate::cli::login::capture::fields;
use crate::cli::login::decode::Args;
use crate::cli::login::decode::refuse_others;
use crate::cli::login::prepared::Prepared;
use crate::cli::signer;
use crate::crypto::scheme::Sha1;
use crate::error::Failure;
use crate::error::Result;
use crate::model::ConnectionName;
use crate::model::connection::Saml;
use crate::model::difference::explain_difference;
use crate::model::printable;
use crate::model::time::Time;
use crate::model::verification::Judged;
use crate::model::verification::Verification;
use crate::saml::response;
use crate::saml::response::Expected;
use crate::saml::response::Request;
use crate::saml::response::mends::Mends;
use crate::saml::signature::trust::Pin;
use crate::saml::signature::trust::Trust;
use crate::trial::own_key::OwnKey;
use crate::trial::saml::entity_id_of_test;

/// Verifies the XML of a response.
pub(super) fn judged(args: &Args, prepared: &Prepared, (xml, captured, file): (&[u8], &Captured, &str), at: Time, context: &Context) -> Result<Judged> {
    let name = prepared.name();
    let Some(saml) = &prepared.connection().saml else {
        return Err(Failure::input(
            "capture-other-protocol",
            format!("{file}: this is a SAML response, and `{name}` is no SAML connection"),
        )
        .hint("`ssoctl connection list` shows the protocol of each")
        .into());
    };
    refuse_others("a SAML response", &[("--jwks", args.jwks.is_some()), ("--nonce", args.nonce.is_some())])?;
    let trust = trust(name, saml, args.insecure_allow_sha1)?;
    let mut keys = Vec::new();
    for word in &args.decrypt_with {
        keys.push(signer::private_key(word, args.key_passphrase.as_deref())?);
    }
    // What `connection test` has saved is judged against what it went to, unless somebody says against what.
    let given = args.to_vendor || args.audience.is_some() || !args.acs.is_empty();
    let destination = response::destination(xml, file).filter(|_| !given);
    let test = destination.and_then(|acs| Some((entity_id_of_test(&acs)?, acs)));
    if test.is_some() && keys.is_empty() {
        let own = OwnKey::of_saml_if_there(&context.workspace()?.state(), context.now)?;
        keys.extend(own.map(|own| own.key()).transpose()?);
    }
    let known = test.clone().or_else(|| prepared.sp());
    let audience = args.audience.as_deref().or(known.as_ref().map(|(entity_id, _)| entity_id.as_str()));
    let acs = match args.acs.as_slice() {
        [] => known.iter().map(|(_, acs)| acs.clone()).collect(),
        given => given.to_vec(),
    };
    let recorded = || response::answers(xml, file).filter(|answered| captured.asked.contains(answered));
    let request = args.request.clone().or_else(recorded);
    let expected = Expected {
        idp: &saml.idp.entity_id,
        trust: &trust,
        audience,
        acs: &acs,
        request: request.map_or(Request::Unknown, Request::Sent),
        keys: &keys,
        now: at,
        skew: args.skew,
        forced_at: None,
    };
    let mut judged = response::judge(xml, file, &expected);
    let test = test.map(|(entity_id, _)| entity_id);
    if let Some(wanted) = prepared.rules().relay_state().filter(|_| test.is_none() && judged.facts.in_response_to.is_none()) {
        relay_state(&mut judged.verification, wanted, captured.relay_state.as_deref());
        judged.identity = judged.identity.filter(|_| judged.verification.refusal().is_none());
    }
    judged.mended(&Mends { test: test.clone(), ..mends(name, context) });
    if let (Some(posted), Some(destination)) = (captured.posted_to.as_deref(), &judged.facts.destination)
        && destination.split('?').next() != Some(posted)
    {
        let told = format!("the browser posted it elsewhere: {}", explain_difference(destination, posted));
        judged.verification.unchecked("posted", "saml-bindings 3.5.5.2", told);
    }
    let mut judged = judged.told();
    judged.facts.extend(test.map(|entity_id| ("service_provider", Some(entity_id))));
    Ok(judged)
}

/// Whether a login that began at the identity provider carries what the vendor finds its tenant by.
fn relay_state(steps: &mut Verification, wanted: &str, came: Option<&str>) {
    const CLAUSE: &str = "saml-bindings 3.5.3";
    let told = match came {
        None => return steps.unchecked("relay-state", CLAUSE, "which one came along is not in this capture"),
        // Some browsers write it as it was sent.
        Some(came) if came == wanted || fields::decoded(came) == wanted => {
            return steps.passed("relay-state", CLAUSE, "it is the one that the vendor wants");
        }
        Some("") => format!("none came along, and the vendor wants `{}`", printable(wanted)),
        Some(came) => format!("another one than the vendor wants: {}", explain_difference(wanted, came)),
    };
    let hint = "enter the RelayState at the identity provider, byte for byte: `ssoctl connection url NAME` shows it; or begin at the vendor";
    steps.failed("relay-state", CLAUSE, "relay-state-other", told, hint);
}

/// What is known around a connection: whose identity providers the others have.
pub(crate) fn mends(name: &ConnectionName, context: &Context) -> Mends {
    let names = context.workspace().and_then(|workspace| workspace.names()).unwrap_or_default();
    let others = names.iter().filter(|other| *other != name).filter_map(|other| {
        // A file that cannot be read is no reason to say less of this one.
        let loaded = context.workspace().ok()?.load(other).ok()?;
        Some((loaded.connection.saml?.idp.entity_id, other.to_string()))
    });
    Mends { connection: name.to_string(), others: others.collect(), test: None }
}

/// The keys of the identity provider, as the connection has them.
pub(crate) fn trust(name: &ConnectionName, saml: &Saml, allow_sha1: bool) -> Result<Trust> {
    let mut pins = Vec::new();
    for (index, stored) in saml.idp.certificates.iter().enumerate() {
        pins.extend(Pin::from_stored(&stored.pem, &format!("connections/{name}.yaml: saml.idp.certificates.{index}"))?);
    }
    Ok(Trust { pins, sha1: if allow_sha1 { Sha1::Allowed } else { Sha1::Refused } })
}
