//! The OpenID provider of a connection, and its keys, against what it publishes now.

use crate::cli::connection::edits::replaced;
use crate::cli::connection::renewal::Look;
use crate::cli::connection::renewal::Looked;
use crate::cli::connection::renewal::Part;
use crate::cli::connection::renewal::Renewal;
use crate::cli::connection::renewal::Setback;
use crate::cli::connection::renewal::refuse_errors;
use crate::cli::connection::renewal::refused;
use crate::cli::connection;
use crate::cli::source;
use crate::drift::Change;
use crate::drift::Risk;
use crate::drift::key_set;
use crate::drift::openid;
use crate::drift;
use crate::error::Failure;
use crate::error::failure_of;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::model::connection::OAuth;
use crate::model::difference::explain_difference;
use crate::model::printable;
use crate::oidc::jwks;
use crate::workspace::sources::SeenKeys;

impl Look<'_> {
    /// The OpenID provider of a connection as discovery has it now, and its keys against those that were
    /// seen before: the vendor fetches them by itself, so that the file has none.
    pub(crate) fn openid(&self, source: &str) -> Looked {
        let Some(oauth) = &self.loaded.connection.oauth else {
            return Err(Failure::bug("a connection without OAuth was asked for its provider").into());
        };
        let (discovery, mut findings) = connection::read_discovery(source, self.flags, self.context).map_err(|error| {
            match failure_of(&error).map(Failure::code) {
                // Read well, and refused for what it says.
                Some("issuer-mismatch" | "issuer-template") => Setback::Seen(refused(error)),
                _ => Setback::Unseen(error),
            }
        })?;
        let known = oauth.issuer.as_deref().unwrap_or_default();
        if discovery.issuer != known {
            let why = explain_difference(known, &discovery.issuer);
            let message = format!("{}: the issuer is another one: {why}", source::shown(source));
            return Err(Failure::refused("issuer-changed", message)
                .hint("another issuer is another connection: `ssoctl connection add`")
                .into());
        }
        let take = |old: &Option<String>, new: &Option<String>| old.as_ref().and(new.clone());
        let new = OAuth {
            authorization_endpoint: take(&oauth.authorization_endpoint, &discovery.authorization_endpoint),
            token_endpoint: take(&oauth.token_endpoint, &discovery.token_endpoint),
            user_info_endpoint: take(&oauth.user_info_endpoint, &discovery.userinfo_endpoint),
            public_keys_endpoint: take(&oauth.public_keys_endpoint, &discovery.jwks_uri),
            ..oauth.clone()
        };
        let mut offered = openid::of_oauth(&new);
        let algorithms = &discovery.id_token_signing_alg_values_supported;
        offered.algorithms.retain(|one| algorithms.is_empty() || algorithms.contains(one));
        let mut changes = openid::compare(&openid::of_oauth(oauth), &offered);
        let edits = replaced(&["oauth"], oauth, &new)?;
        let (mut keys, mut seen_keys) = (Vec::new(), None);
        // Of a document from a file nobody said that its keys may be asked for.
        if source::is_url(source)
            && let Some(address) = &new.public_keys_endpoint
        {
            let (differences, seen) = self.key_set(address, known, &mut findings)?;
            seen_keys = Some(seen);
            let (grave, ordinary) = differences.into_iter().partition(|change| change.risk > Risk::Info);
            (changes, keys) = ([changes, grave].concat(), ordinary);
            drift::sort(&mut changes);
        }
        let part = Some(Part::OpenId(new));
        Ok(Renewal { changes, edits, part, findings, remembered: true, keys, seen_keys, ..Renewal::default() })
    }

    /// The key set of a provider against what it was when it was last seen. One that is published with
    /// its secrets is refused.
    fn key_set(
        &self,
        address: &str,
        issuer: &str,
        findings: &mut Vec<Finding>,
    ) -> Result<(Vec<Change>, SeenKeys), Setback> {
        let (name, context) = (&self.loaded.name, self.context);
        if !source::is_url(address) {
            let message = format!("{name}: `oauth.public_keys_endpoint` is `{}`, which is not a URL", printable(address));
            return Err(Failure::input("jwks-uri-invalid", message)
                .hint(format!("`ssoctl connection set {name} oauth.public_keys_endpoint=..`"))
                .into());
        }
        let mut material = source::read(address, self.flags, false, context).map_err(Setback::Unseen)?;
        let set = jwks::read(&material.bytes()?, &material.name)?;
        refuse_errors(&set.findings, context).map_err(refused)?;
        let now = SeenKeys::new(issuer, key_set::of(&set), context.now);
        findings.extend(set.findings);
        let changes = match self.workspace.seen_keys(name, issuer) {
            Some(seen) => key_set::compare(&seen.keys, &now.keys),
            None => {
                let message = format!("the keys of `{name}` are seen for the first time here: what is new of them is not known");
                let finding = Finding::new("key-set-first-seen", Severity::Info, message)
                    .hint(format!("`ssoctl connection refresh {name}` remembers them in `.ssoctl/sources`, to be compared with the next time"));
                (self.told)(finding);
                Vec::new()
            }
        };
        Ok((changes, now))
    }
}
