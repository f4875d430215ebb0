//! A captured SAML response, against what the connection and the vendor's profile expect.

use crate::cli::login::capture::Captured;
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
use crate::model::time::Time;
use crate::model::verification::Judged;
use crate::saml::response;
use crate::saml::response::Expected;
use crate::saml::response::Request;
use crate::saml::signature::trust::Pin;
use crate::saml::signature::trust::Trust;

/// Verifies the XML of a response.
pub(super) fn judged(args: &Args, prepared: &Prepared, (xml, captured, file): (&[u8], &Captured, &str), at: Time) -> Result<Judged> {
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
    let known = prepared.sp();
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
    judged.verification.mend(response::UNPINNED, &response::unpinned(name.as_str()));
    if let (Some(posted), Some(destination)) = (captured.posted_to.as_deref(), &judged.facts.destination)
        && destination.split('?').next() != Some(posted)
    {
        let told = format!("the browser posted it elsewhere: {}", explain_difference(destination, posted));
        judged.verification.noted("posted", "saml-bindings 3.5.5.2", told);
    }
    Ok(judged.told())
}

/// The keys of the identity provider, as the connection has them.
pub(crate) fn trust(name: &ConnectionName, saml: &Saml, allow_sha1: bool) -> Result<Trust> {
    let mut pins = Vec::new();
    for (index, stored) in saml.idp.certificates.iter().enumerate() {
        pins.extend(Pin::from_stored(&stored.pem, &format!("connections/{name}.yaml: saml.idp.certificates.{index}"))?);
    }
    Ok(Trust { pins, sha1: if allow_sha1 { Sha1::Allowed } else { Sha1::Refused } })
}
