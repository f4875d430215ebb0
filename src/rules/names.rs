//! Names that one attribute goes by: in LDAP, as an OID of SAML, as a claim of Entra and ADFS, and as one
//! of OpenID Connect.

use crate::rules::folded;

/// The name that people know first, and the others. RFC 4519, RFC 4524, RFC 2798, eduPerson, the claim
/// types of Entra and ADFS, OpenID Connect Core 5.1.
const KNOWN: [&[&str]; 13] = [
    &[
        "mail",
        "urn:oid:0.9.2342.19200300.100.1.3",
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
        "email",
        "emailaddress",
    ],
    &["uid", "urn:oid:0.9.2342.19200300.100.1.1"],
    &[
        "givenName",
        "urn:oid:2.5.4.42",
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname",
        "given_name",
        "first_name",
        "firstName",
    ],
    &[
        "sn",
        "urn:oid:2.5.4.4",
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname",
        "family_name",
        "surname",
        "last_name",
        "lastName",
    ],
    &["cn", "urn:oid:2.5.4.3", "commonName"],
    &["displayName", "urn:oid:2.16.840.1.113730.3.1.241", "http://schemas.microsoft.com/identity/claims/displayname"],
    &["employeeNumber", "urn:oid:2.16.840.1.113730.3.1.3"],
    &["employeeType", "urn:oid:2.16.840.1.113730.3.1.4"],
    &["eduPersonPrincipalName", "urn:oid:1.3.6.1.4.1.5923.1.1.1.6"],
    &["eduPersonAffiliation", "urn:oid:1.3.6.1.4.1.5923.1.1.1.1"],
    &["eduPersonScopedAffiliation", "urn:oid:1.3.6.1.4.1.5923.1.1.1.9"],
    &["upn", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn", "userPrincipalName"],
    &["groups", "http://schemas.microsoft.com/ws/2008/06/identity/claims/groups"],
];

/// What people call the attribute of which both are names; nothing where they are not of one.
pub(super) fn same(wanted: &str, came: &str) -> Option<&'static str> {
    let has = |names: &&&[&str], name: &str| names.iter().any(|known| folded(known) == folded(name));
    KNOWN.iter().find(|names| has(names, wanted) && has(names, came)).map(|names| names[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_is_of_one_attribute() {
        let all: Vec<String> = KNOWN.iter().flat_map(|names| names.iter().map(|name| folded(name))).collect();
        let distinct: std::collections::BTreeSet<&String> = all.iter().collect();
        assert_eq!(all.len(), distinct.len());
        assert_eq!(same("Mail", "urn:oid:0.9.2342.19200300.100.1.3"), Some("mail"));
        assert_eq!(same("uid", "urn:oid:0.9.2342.19200300.100.1.3"), None);
    }
}
