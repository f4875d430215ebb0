//! The sheet for the administrator of the identity provider: whom to trust, where to send the
//! login, what to release, and where that is entered in their product.

use crate::export::addresses;
use crate::export::addresses::Address;
use crate::export::handover::Body;
use crate::export::handover::Content;
use crate::export::handover::Entry;
use crate::export::handover::Part;
use crate::export::handover::Sheet;
use crate::export::handover::Side;
use crate::export::handover::Subject;
use crate::export::handover::content;
use crate::export::handover::product::Product;
use crate::export::sp_values::SpAnswer;
use crate::export::sp_values::sp_answer;
use crate::model::connection::Connection;
use crate::model::connection::OAuth;
use crate::model::connection::OAuthKind;
use crate::model::connection::Saml;
use crate::model::connection::TokenEndpointAuthMethod;
use crate::provider::profile::Capability;
use crate::provider::profile::SpCandidate;
use crate::provider::profile::Support;

/// The whole sheet.
pub(super) fn sheet(subject: &Subject<'_>, product: Option<&Product>) -> Sheet {
    let profile = subject.profile;
    let mut parts = Vec::new();
    if let Some(saml) = &subject.connection.saml {
        parts.push(identity_provider(&saml.idp.entity_id, saml.idp.metadata.as_ref(), product));
        parts.push(service_provider(subject, saml));
        parts.extend(metadata(subject, saml));
        parts.push(attributes(subject, "Attributes to release", "send each under exactly this name, in exact case"));
    } else if let Some(oauth) = &subject.connection.oauth {
        if let Some(issuer) = &oauth.issuer {
            parts.push(identity_provider(issuer, oauth.discovery.as_ref(), product));
        }
        parts.push(client(subject, oauth));
        if oauth.kind == OAuthKind::Custom {
            parts.push(attributes(subject, "Claims to release", "send each under exactly this name, in exact case"));
        }
    }
    parts.extend(product.and_then(|product| path(product, &parts, subject)));
    let title = format!("{}: what the identity provider needs for the connection {}", profile.title, subject.name);
    subject.sheet(Side::Idp, title, parts)
}

fn identity_provider(id: &str, metadata: Option<&String>, product: Option<&Product>) -> Part {
    let mut facts = vec![("Entity ID or issuer".to_owned(), id.to_owned())];
    facts.extend(metadata.map(|url| ("Metadata".to_owned(), url.clone())));
    facts.extend(product.map(|product| ("Product".to_owned(), product.title.clone())));
    Part::new("Your identity provider, as the connection knows it", Body::Facts(facts))
}

fn entry(label: &str, path: &str, content: Content) -> Entry {
    Entry {
        label: label.to_owned(),
        path: path.to_owned(),
        need: "required",
        help: None,
        separator: None,
        yes_no: false,
        content,
    }
}

fn optional(label: &str, path: &str, content: Content) -> Entry {
    Entry { need: "optional", ..entry(label, path, content) }
}

pub(super) const ENTITY_ID: &str = "Entity ID (also: Identifier, Audience)";
pub(super) const ACS: &str = "Assertion consumer service, HTTP-POST (also: ACS, Reply URL)";
pub(super) const RELAY_STATE: &str = "RelayState of a login that begins at the identity provider";
pub(super) const LOGIN_URL: &str = "Login URL (also: Sign-on URL, Start URL)";
pub(super) const NAME_ID_FORMAT: &str = "NameID format";
pub(super) const REDIRECT_URI: &str = "Redirect URI";

fn service_provider(subject: &Subject<'_>, saml: &Saml) -> Part {
    let (connection, profile) = (subject.connection, subject.profile);
    let (entity_id, acs) = match answer(subject, saml) {
        SpAnswer::Given(entity_id, acs) | SpAnswer::Published(SpCandidate { entity_id, acs, .. }) => {
            (Content::Given(entity_id), Content::Given(acs))
        }
        SpAnswer::NotIncommon(_) => {
            let place = Content::Shown("the vendor's page shows others with InCommon metadata".to_owned());
            (place.clone(), place)
        }
        SpAnswer::Unknown(gap) => {
            let shown = || Content::Shown(format!("entity ID and ACS {}", gap.why));
            let content = gap.question.map_or_else(shown, Content::Unknown);
            (content.clone(), content)
        }
    };
    let enabled = saml.idp.sso.iter().find(|endpoint| endpoint.enabled);
    let signs = saml.options.sign_request || enabled.is_some_and(|endpoint| profile.signs(&endpoint.binding));
    let binding = enabled.map(|endpoint| endpoint.binding.to_string()).unwrap_or_default();
    let mut entries = vec![
        entry(ENTITY_ID, "saml.sp.entity_id", entity_id),
        entry(ACS, "saml.sp.acs", acs),
        optional("Single logout", "@sp.slo", single_logout(subject, saml)),
        optional(LOGIN_URL, "login.url", address(addresses::login_url(connection, profile))),
        optional(RELAY_STATE, "saml.sp.default_relay_state", address(addresses::relay_state(connection, profile))),
        optional(NAME_ID_FORMAT, "@name_id_format", name_id_format(subject, saml)),
        optional("Binding of requests", "@idp.binding", Content::Given(binding)),
        Entry {
            yes_no: true,
            ..optional("Requests are signed", "@signed", Content::Given(if signs { "yes" } else { "no" }.to_owned()))
        },
        optional(
            "Certificate that signs requests",
            "@sp.signing_certificates",
            content::certificates(&saml.sp.signing_certificates),
        ),
        optional(
            "Certificate that assertions may be encrypted to",
            "@sp.encryption_certificates",
            content::certificates(&saml.sp.encryption_certificates),
        ),
    ];
    if signs && saml.sp.signing_certificates.is_empty() {
        let certificate = entries.iter_mut().find(|entry| entry.path == "@sp.signing_certificates");
        let question = "with which certificate are requests signed?".to_owned();
        certificate.into_iter().for_each(|entry| entry.content = Content::Unknown(question.clone()));
    }
    let is_empty = |entry: &Entry| matches!(&entry.content, Content::Given(value) if value.is_empty());
    let is_absent = |entry: &Entry| entry.content == Content::NotSet && entry.path.ends_with("_certificates");
    entries.retain(|entry| !is_empty(entry) && !is_absent(entry));
    let published = matches!(answer(subject, saml), SpAnswer::Published(_));
    let doubt = profile.sp_doubt(&connection.settings).filter(|_| published);
    let doubt = doubt.map(|doubt| format!("compare the ACS with what {} says: {doubt}", profile.title));
    Part::new(format!("{} as the service provider", profile.title), Body::Fields(entries)).noted(doubt)
}

fn answer(subject: &Subject<'_>, saml: &Saml) -> SpAnswer {
    sp_answer(subject.name, subject.connection, saml, subject.profile)
}

fn address(address: Address) -> Content {
    match address {
        Address::Known(value) => Content::Given(value),
        Address::Ask(question) => Content::Unknown(question),
        Address::Shown(place) => Content::Shown(place),
        Address::Unset(key, what) => Content::Shown(format!("{what} (it goes into `{key}`)")),
        Address::NotSet => Content::NotSet,
        Address::None(why) => Content::None(why),
    }
}

fn single_logout(subject: &Subject<'_>, saml: &Saml) -> Content {
    let known: Vec<String> =
        saml.sp.slo.iter().map(|endpoint| format!("{} {}", endpoint.binding, endpoint.location)).collect();
    match (known.is_empty(), subject.profile.support(Capability::SingleLogout)) {
        (false, _) => Content::Several(known),
        (true, Support::No(reason)) => Content::None(reason),
        (true, Support::Unknown(question)) => Content::Unknown(question),
        (true, Support::Yes) if !saml.options.single_logout => Content::None("it is switched off".to_owned()),
        (true, Support::Yes) => Content::Unknown("which URL takes logout requests?".to_owned()),
    }
}

fn name_id_format(subject: &Subject<'_>, saml: &Saml) -> Content {
    match (&saml.options.name_id_format, saml.sp.name_id_formats.as_slice()) {
        (Some(chosen), _) => Content::Given(chosen.clone()),
        (None, [one]) => Content::Given(one.clone()),
        (None, [_, ..]) => Content::Several(saml.sp.name_id_formats.clone()),
        (None, []) => match subject.profile.support(Capability::NameId) {
            Support::No(reason) => Content::None(format!("the NameID is not used; {reason}")),
            Support::Unknown(question) => Content::Unknown(question),
            Support::Yes => Content::NotSet,
        },
    }
}

fn metadata(subject: &Subject<'_>, saml: &Saml) -> Option<Part> {
    let known = matches!(answer(subject, saml), SpAnswer::Given(..) | SpAnswer::Published(_));
    let command = format!("ssoctl metadata export {} -o sp.xml", subject.name);
    known.then(|| {
        let fact =
            ("The same as SP metadata".to_owned(), format!("`{command}` writes it, for products that import it"));
        Part::new("Metadata", Body::Facts(vec![fact]))
    })
}

/// What fills the vendor's fields, and what the vendor finds a user by.
fn attributes(subject: &Subject<'_>, title: &str, note: &str) -> Part {
    let (connection, profile) = (subject.connection, subject.profile);
    let mut entries = Vec::new();
    let ways = &profile.rules.find;
    let chosen = connection.login.match_by.as_ref();
    let way = ways.iter().find(|way| chosen.is_none_or(|name| way.name == *name));
    let finds = |key: &str| way.is_some_and(|way| way.field == key);
    if let Some(way) = way.filter(|way| way.subject && !connection.attributes.contains_key(&way.field)) {
        let field = profile.attributes().find(|field| field.key() == way.field);
        let label = field.map_or(way.field.as_str(), |field| field.label.as_str());
        let carrier = if connection.saml.is_some() { "NameID" } else { "sub" };
        entries.push(entry(label, "@subject", Content::Given(carrier.to_owned())));
    }
    for field in profile.attributes() {
        let content = match connection.attributes.get(field.key()) {
            Some(name) => Content::Given(name.clone()),
            None if field.required => Content::Missing,
            None => continue,
        };
        let need = if finds(field.key()) { "required" } else { field.need() };
        entries.push(Entry { need, help: field.help.clone(), ..entry(&field.label, &field.path, content) });
    }
    for name in &connection.dashboard_attributes {
        let label = format!("Dashboard attribute {name}");
        entries.push(optional(&label, "dashboard_attributes", Content::Given(name.clone())));
    }
    let stored = profile.username.as_ref().filter(|rule| rule.form != "{value}");
    let form = stored.map(|rule| profile.filled(&rule.form, &connection.settings));
    let adds = form.map(|form| format!("; {} stores usernames as `{form}`, and only the value is sent", profile.title));
    let parted = profile.rules.groups.as_ref().filter(|groups| connection.attributes.contains_key(&groups.field));
    let parted = parted.map(|groups| {
        let delimiter = connection.provisioning.group_delimiter.as_ref().unwrap_or(&groups.delimiter);
        format!("; several groups in one value are parted by `{delimiter}`")
    });
    let note = format!("{note}{}{}", adds.unwrap_or_default(), parted.unwrap_or_default());
    Part::new(title, Body::Fields(entries)).noted(Some(note))
}

/// The redirect URI, or who shows it.
pub(super) fn redirect_uri(subject: &Subject<'_>) -> Content {
    let (connection, profile) = (subject.connection, subject.profile);
    if let Some(given) = connection.oauth.as_ref().and_then(|oauth| oauth.redirect_uri.clone()) {
        return Content::Given(given);
    }
    let form = profile.oauth.as_ref().and_then(|oauth| oauth.redirect_uri.as_deref());
    if let Some(form) = form {
        let missing =
            |names: Vec<&str>| Content::Shown(format!("set `settings.{}` first", names.join("`, `settings.")));
        return profile.whole(form, &connection.settings).map_or_else(missing, Content::Given);
    }
    match profile.field("oauth.redirect_uri") {
        Some(field) => Content::Shown(format!("the vendor's page shows it as {}", field.label)),
        None => Content::Unknown("which redirect URI do we allow at our identity provider?".to_owned()),
    }
}

fn client(subject: &Subject<'_>, oauth: &OAuth) -> Part {
    let several = |values: Vec<String>| if values.is_empty() { Content::NotSet } else { Content::Several(values) };
    let method = |method: &TokenEndpointAuthMethod| {
        serde_json::to_value(method).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
    };
    let given = |value: &Option<String>| value.clone().map_or(Content::NotSet, Content::Given);
    let mut entries = vec![
        entry(REDIRECT_URI, "oauth.redirect_uri", redirect_uri(subject)),
        entry("Response type", "@oauth.response_type", Content::Given("code".to_owned())),
        entry("Grant", "@oauth.grant_type", Content::Given("authorization_code".to_owned())),
    ];
    let title = &subject.profile.title;
    if oauth.kind == OAuthKind::Outbound {
        let method = oauth.method.as_deref().unwrap_or("another application");
        let note = format!("{title} logs in at {method} by it; no user logs in to {title} with it");
        return Part::new("Client", Body::Fields(entries)).noted(Some(note));
    }
    entries.extend([
        optional("Scopes", "oauth.scope", given(&oauth.scope)),
        optional(
            "Client authentication at the token endpoint",
            "oauth.token_endpoint_auth_methods",
            several(oauth.token_endpoint_auth_methods.iter().map(method).collect()),
        ),
        optional("Algorithms of the ID token", "oauth.id_token_algorithms", several(oauth.id_token_algorithms.clone())),
        optional("Client ID", "oauth.client_id", given(&oauth.client_id)),
        optional("Client secret", "oauth.client_secret", Content::Secret),
        optional(LOGIN_URL, "login.url", address(addresses::login_url(subject.connection, subject.profile))),
    ]);
    if oauth.kind != OAuthKind::Custom {
        let own = if oauth.kind == OAuthKind::Google { "Google" } else { "Microsoft Entra ID" };
        entries.retain(|entry| !matches!(entry.content, Content::NotSet | Content::Secret));
        let note = format!("{title} has its own client at {own}; an administrator may have to consent to it");
        return Part::new(format!("{title} as the client"), Body::Fields(entries)).noted(Some(note));
    }
    Part::new(format!("{title} as the client"), Body::Fields(entries))
}

/// The click path of a product, with the values in it.
fn path(product: &Product, parts: &[Part], subject: &Subject<'_>) -> Option<Part> {
    let values: Vec<&Entry> = parts
        .iter()
        .filter_map(|part| if let Body::Fields(entries) = &part.body { Some(entries) } else { None })
        .flatten()
        .collect();
    let value = |label: &str| {
        values.iter().find(|entry| entry.label == label).and_then(|entry| match &entry.content {
            Content::Given(value) => Some(value.clone()),
            _ => None,
        })
    };
    let fact = |name: &str| match name {
        "entity_id" => value(ENTITY_ID),
        "acs" => value(ACS),
        "relay_state" => value(RELAY_STATE),
        "login_url" => value(LOGIN_URL),
        "name_id_format" => value(NAME_ID_FORMAT),
        "redirect_uri" => value(REDIRECT_URI),
        "vendor" => Some(subject.profile.title.clone()),
        _ => None,
    };
    let custom = |connection: &Connection| {
        connection.oauth.as_ref().is_some_and(|oauth| matches!(oauth.kind, OAuthKind::Custom))
    };
    let steps = match &subject.connection.saml {
        Some(_) => &product.saml,
        None if custom(subject.connection) => &product.oauth,
        None => return None,
    };
    let steps: Vec<(Option<String>, String)> = product.filled(steps, &fact).map(|step| (None, step)).collect();
    let note = format!("from {}; menus move, the fields stay", product.sources.join(", "));
    (!steps.is_empty())
        .then(|| Part::new(format!("Where to enter it in {}", product.title), Body::Steps(steps)).noted(Some(note)))
}
