//! Addresses of Microsoft Entra that any organization's users can log in by, and what must not be
//! believed of them then.

use url::Url;

use crate::check::connection::Sink;
use crate::check::connection::Subject;
use crate::check::connection::route_of;
use crate::model::connection::OAuthKind;
use crate::workspace::Segment;

/// Hosts of Entra's national clouds.
const HOSTS: [&str; 5] = [
    "login.microsoftonline.com",
    "login.microsoftonline.us",
    "login.partner.microsoftonline.cn",
    "login.windows.net",
    "sts.windows.net",
];

/// What stands in the place of the tenant where all of them are meant.
const ANY: [&str; 3] = ["common", "organizations", "consumers"];

/// Looks at each address that users or their tokens come from.
pub(super) fn entra(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    let connection = subject.connection;
    let mut addresses: Vec<(Vec<Segment>, &str)> = Vec::new();
    if let Some(saml) = &connection.saml {
        addresses.push((route_of("saml.idp.entity_id"), &saml.idp.entity_id));
        addresses.extend(saml.idp.metadata.iter().map(|url| (route_of("saml.idp.metadata"), url.as_str())));
        for (at, endpoint) in saml.idp.sso.iter().enumerate().filter(|(_, endpoint)| endpoint.enabled) {
            addresses.push((
                [route_of("saml.idp.sso"), vec![at.into(), "location".into()]].concat(),
                endpoint.location.as_str(),
            ));
        }
    }
    if let Some(oauth) = &connection.oauth {
        for (path, value) in [
            ("oauth.issuer", &oauth.issuer),
            ("oauth.discovery", &oauth.discovery),
            ("oauth.authorization_endpoint", &oauth.authorization_endpoint),
        ] {
            addresses.extend(value.iter().map(|value| (route_of(path), value.as_str())));
        }
    }
    // One is enough to mend them all.
    let found = addresses.into_iter().find_map(|(route, text)| Some((route, text, any_tenant(text)?)));
    let Some((route, text, tenant)) = found else { return };
    sink.warning(
        "entra-any-tenant",
        &route,
        format!("`{text}` has `{tenant}` in the place of the tenant: users of any organization can log in there"),
        "use the addresses of your own tenant, with its GUID or domain in the path",
    );
    mutable(subject, sink);
}

/// `common` and the like, where an address of Entra has it for its tenant.
fn any_tenant(text: &str) -> Option<&'static str> {
    let url = Url::parse(text).ok()?;
    if !HOSTS.contains(&url.host_str()?) {
        return None;
    }
    let first = url.path_segments()?.next()?;
    ANY.into_iter().find(|any| first.eq_ignore_ascii_case(any))
}

/// nOAuth (<https://www.descope.com/blog/post/noauth>): in a tenant of one's own anybody sets the
/// address of a user to what they like, and the claim is not verified.
fn mutable(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    let connection = subject.connection;
    let custom = connection.oauth.as_ref().is_some_and(|oauth| oauth.kind == OAuthKind::Custom);
    let ways = &subject.profile.rules.find;
    let named = connection.login.match_by.as_deref();
    let way = ways.iter().find(|way| named.is_none_or(|named| way.name == named));
    let Some(way) = way.filter(|_| custom) else { return };
    let fallback = || {
        let field = subject.profile.attributes().find(|field| field.key() == way.field)?;
        connection.attributes.get(field.fallback.as_deref()?).map(|claim| (field.fallback.as_deref(), claim))
    };
    let own = connection.attributes.get(&way.field).map(|claim| (Some(way.field.as_str()), claim));
    let Some((Some(key), claim)) = own.or_else(fallback) else { return };
    if ["email", "preferred_username", "upn", "unique_name"].contains(&claim.as_str()) {
        sink.warning(
            "username-unverified",
            &["attributes".into(), key.into()],
            format!(
                "users are found by the claim `{claim}`, which an administrator of any tenant can set to anybody's address"
            ),
            "find users by `oid` and `tid`, or `sub`, and use the addresses of your own tenant",
        );
    }
}
