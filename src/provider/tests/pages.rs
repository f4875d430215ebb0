//! The pages of the vendors as their documents describe them: labels, order, what is required,
//! defaults. What a document says is repeated here by hand, so that no profile drifts from it.

use super::built_in;
use crate::model::connection::OAuthKind;
use crate::provider::profile::Capability;
use crate::provider::profile::Kind;
use crate::provider::profile::Profile;
use crate::provider::profile::SetUpBy;
use crate::provider::profile::SpSource;
use crate::provider::profile::Support;

/// Labels of the page for a kind of connection, in order; `*` behind those that are required.
fn labels(profile: &Profile, kind: Kind) -> Vec<String> {
    let sections = profile.page.iter().filter(|section| section.when.is_none_or(|when| when.holds(kind)));
    let fields = sections.flat_map(|section| &section.fields);
    let shown = fields.filter(|field| !field.internal && field.when.is_none_or(|when| when.holds(kind)));
    shown.map(|field| format!("{}{}", field.label, if field.required { "*" } else { "" })).collect()
}

fn saml(id: &str) -> Vec<String> {
    labels(&built_in(id), Kind::Saml)
}

fn oauth(id: &str, kind: OAuthKind) -> Vec<String> {
    labels(&built_in(id), Kind::OAuth(kind))
}

/// Whether these stand in this order, others between them or not.
fn in_order(all: &[String], wanted: &[&str]) -> bool {
    let mut all = all.iter();
    wanted.iter().all(|label| all.any(|one| one == label))
}

// Seed 001.
#[test]
fn the_saml_page_of_qualtrics_has_its_fields_in_order() {
    let page = saml("qualtrics");
    assert!(in_order(&page, &["Name*", "Technical Contact", "Display Name", "Protocol Information"]), "{page:?}");
    assert!(in_order(&page, &["Entity ID*", "Single sign-on service bindings*", "Certificates (type Signing)"]));
    assert!(in_order(&page, &["Sign Request", "Force Authentication", "Enable assertion replay prevention"]));
    assert!(in_order(&page, &["Use InCommon Metadata", "Default Relay State", "Email field*", "Username field"]));
    assert!(in_order(
        &page,
        &["Username field", "First name field", "Last name field", "User type field", "Division field", "Group field"]
    ));
    assert!(in_order(
        &page,
        &[
            "Group field",
            "Update user attributes on every login",
            "User type, division and group mappings",
            "User type validation"
        ]
    ));
    assert!(in_order(
        &page,
        &["User type validation", "Just In Time provisioning", "Notify admins of user creation", "Valid email domains"]
    ));
    assert!(in_order(
        &page,
        &[
            "Valid email domains",
            "Change existing username on login",
            "Merge with existing user on login",
            "Capture additional attributes for dashboards"
        ]
    ));
    let profile = built_in("qualtrics");
    assert_eq!(profile.saml.as_ref().unwrap().always_signed, ["HTTP-POST"]);
    for key in ["username", "first_name", "last_name"] {
        let field = profile.field(&format!("attributes.{key}")).unwrap();
        assert_eq!((field.fallback.as_deref(), field.recommended), (Some("email"), true), "{key}");
    }
    assert_eq!(profile.field("display_name").unwrap().max_length, Some(120));
    assert_eq!(profile.saml.as_ref().unwrap().sp.source, SpSource::Vendor);
}

// Seed 001.
#[test]
fn the_oauth_page_of_qualtrics_has_its_fields_in_order() {
    let page = oauth("qualtrics", OAuthKind::Custom);
    let wanted = [
        "Client Id*",
        "Client Secret*",
        "Authorization Endpoint*",
        "Token Endpoint*",
        "Token Endpoint Authorization Methods*",
        "User Information Endpoint*",
        "Public Keys Endpoint",
        "Token Issuer*",
        "Algorithm(s) used for signing ID Token",
        "Authenticated Request Type Binding Type",
        "Scope*",
        "Response Type",
        "Grant Type",
        "OAuth Redirection Endpoint",
        "Email field*",
        "Just In Time provisioning",
        "Change existing username on login",
        "Capture additional attributes for dashboards",
    ];
    assert!(in_order(&page, &wanted), "{page:?}");
    assert_eq!(built_in("qualtrics").field("oauth.id_token_algorithms").unwrap().default.as_deref(), Some("RS256"));
}

// Seed 001.
#[test]
fn a_google_connection_of_qualtrics_is_asked_for_no_attributes() {
    let page = oauth("qualtrics", OAuthKind::Google);
    assert!(page.iter().all(|label| !label.contains("field") && !label.contains("dashboards")), "{page:?}");
    assert!(in_order(
        &page,
        &[
            "Protocol Information",
            "Just In Time provisioning",
            "Valid email domains",
            "Merge with existing user on login"
        ]
    ));
}

// Seed 003.
#[test]
fn qualys_asks_for_what_its_questionnaire_has() {
    let page = saml("qualys");
    let wanted = [
        "EntityID string from your IdP (SAML Identity Provider)*",
        "Public key certificate for the IdP*",
        "Your organization's SAML IdP SSO URL (SP initiated authentication requests)*",
        "Subscription (Qualys Manager Primary Contact username for the subscription)*",
        "Custom exit URL for a subscription (Optional)",
    ];
    assert_eq!(page, wanted);
    let profile = built_in("qualys");
    assert_eq!((profile.set_up.by, profile.set_up.takes.as_deref()), (SetUpBy::Vendor, Some("about one week")));
    assert_eq!(profile.saml.as_ref().unwrap().request_bindings, ["HTTP-Redirect"]);
    assert!(profile.prerequisites.iter().any(|line| line.contains("New Data Security Model")));
    assert!(profile.prerequisites.iter().any(|line| line.contains("at least one Manager stays off SAML")));
    for (capability, yes) in [
        (Capability::Saml, true),
        (Capability::SpInitiated, true),
        (Capability::IdpInitiated, true),
        (Capability::OAuth, false),
        (Capability::JustInTime, false),
        (Capability::RenameUsers, false),
    ] {
        let support = profile.support(capability);
        assert!(
            if yes { support == Support::Yes } else { matches!(support, Support::No(_)) },
            "{}",
            capability.words()
        );
    }
}

// Seed 003, and the platforms of www.qualys.com/platform-identification.
#[test]
fn the_values_of_qualys_follow_from_the_platform() {
    let profile = built_in("qualys");
    let with =
        |platform: &str| [("platform".to_owned(), platform.to_owned()), ("idm_key".to_owned(), "42".to_owned())].into();
    let us1 = profile.sp_published(&with("US1")).unwrap();
    assert_eq!(us1.entity_id, "QualysGuard_SharedPlatform-SAML20-SP");
    assert_eq!(us1.acs, "https://qualysguard.qualys.com/IdM/saml2/");
    assert_eq!(profile.sp_published(&with("EU2")).unwrap().acs, "https://qualysguard.qg2.apps.qualys.eu/IdM/saml2/");
    assert_eq!(profile.sp_published(&with("XX9")), None);
    let login = profile.whole(profile.login_url.form.as_deref().unwrap(), &with("US1"));
    assert_eq!(login.unwrap(), "https://qualysguard.qualys.com/fo/login.php?idm_key=42");
    let relay = profile.saml.as_ref().unwrap().idp_initiated_relay_state.as_deref().unwrap();
    assert_eq!(profile.whole(relay, &with("US1")).unwrap(), "idm_key=42");
    assert_eq!(profile.whole(relay, &[].into()).unwrap_err(), ["idm_key"]);
    let mistake = &profile.saml.as_ref().unwrap().sp.mistakes[0];
    assert_eq!(
        (mistake.value.as_str(), mistake.meant.as_str()),
        ("QualysGuard_SharedPlatformSAML20SP", us1.entity_id.as_str())
    );
}

// Seed 002.
#[test]
fn the_settings_of_qvidian_have_their_order() {
    let page = saml("qvidian");
    let wanted = [
        "Enable New User Provisioning?",
        "Enable SP-Initiated Single Logout?",
        "Manage Existing User Properties?",
        "Manage Existing User Roles?",
        "Default QPA User Roles",
        "Authorized User Groups",
        "User Group Keys Delimiter",
        "IdP User Group, Description, Qvidian Roles",
        "SSOWebServiceCallback",
    ];
    assert!(in_order(&page, &wanted), "{page:?}");
    let profile = built_in("qvidian");
    assert_eq!(profile.set_up.place, "Administration > Application Settings > Single Sign-On");
    assert!(profile.prerequisites[0].contains("Manage Single Sign-On Settings"));
    assert!(profile.prerequisites[1].contains("Authentication Mode"));
    for path in ["provisioning.default_roles", "provisioning.authorized_groups"] {
        assert_eq!(profile.field(path).unwrap().separator.as_deref(), Some("|"));
    }
    assert_eq!(profile.field("provisioning.group_delimiter").unwrap().default.as_deref(), Some("|"));
    assert_eq!(profile.saml.as_ref().unwrap().sp.source, SpSource::Unknown);
}

// Seed 000.
#[test]
fn qualifio_asks_for_domains_and_for_what_its_list_has() {
    let page = oauth("qualifio", OAuthKind::Custom);
    let wanted = [
        "E-mail domains*",
        "Authentication scenario",
        "Auto-configuration URL or file (JSON), in the place of what follows",
        "Authorisation URL*",
        "Token URL*",
        "Client ID*",
        "Client Secret*",
        "Issuer*",
        "Token validation (JWKS URL)",
        "Token validation (Public Key)",
    ];
    assert!(in_order(&page, &wanted), "{page:?}");
    let profile = built_in("qualifio");
    assert_eq!(profile.set_up.stages.len(), 5);
    assert!(profile.prerequisites[0].contains("Qualifio Gold or Qualifio Platinum"));
    for capability in [
        Capability::Google,
        Capability::Entra,
        Capability::OAuth,
        Capability::Saml,
        Capability::DomainRouting,
        Capability::SsoOnly,
    ] {
        assert_eq!(profile.support(capability), Support::Yes, "{}", capability.words());
    }
    assert!(matches!(profile.support(Capability::JustInTime), Support::No(_)));
    assert_eq!(profile.field("login.mode").unwrap().default.as_deref(), Some("mixed"));
}

// Seed 004.
#[test]
fn ino_cx_asks_for_a_plugin_and_its_type() {
    assert_eq!(
        saml("ino-cx"),
        ["Name*", "Reference", "Type", "Issuer URL*", "Endpoint*", "SAML Identifier Format", "Certificate*"]
    );
    let outbound = oauth("ino-cx", OAuthKind::Outbound);
    assert_eq!(outbound, ["Name*", "Reference", "Type", "Authentication method*"]);
    let profile = built_in("ino-cx");
    let published = profile.sp_published(&[("domain".to_owned(), "acme".to_owned())].into()).unwrap();
    assert_eq!(published.entity_id, "https://acme.ino.cx/api/saml/metadata");
    assert_eq!(published.acs, "https://acme.ino.cx/api/sso/login/callback");
    let reference = profile.field("reference").unwrap();
    assert!(
        reference.check("a_b.c+d-e@f9").is_ok() && reference.check("a/b").is_err() && reference.check("a b").is_err()
    );
    assert!(profile.login_url.ask.as_deref().unwrap().contains("Copy the login address"));
    assert!(matches!(profile.support(Capability::SeveralCertificates), Support::No(_)));
    assert_eq!(profile.oauth.as_ref().unwrap().methods.len(), 4);
}
