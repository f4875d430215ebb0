//! Compares what is read of a corpus of real documents with what an independent
//! reader found (`MANIFEST.tsv` of the folder that SSOCTL_CORPUS names).

use std::io::BufReader;
use std::path::Path;

use serde_json::Value;

use crate::corpus::unpacked;
use crate::model::Binding;
use crate::saml::metadata::Document;
use crate::saml::metadata::Endpoint;
use crate::saml::metadata::Entity;
use crate::saml::metadata::KeyDescriptor;
use crate::saml::metadata::KeyUse;
use crate::saml::metadata::RoleKind;
use crate::saml::metadata::RootKind;
use crate::saml::metadata::Select;
use crate::saml::metadata::choose::choose_idp;
use crate::saml::metadata::read;
use crate::xml::Limits;

/// Files that are judged otherwise here than by the other reader: file, what
/// differs or the code of the refusal, reason.
const EXCEPTIONS: [(&str, &str, &str); 3] = [
    (
        "idp-metadata/derived-signature-wrapping.xml",
        "entities",
        "the second entity stands in Extensions of the first: it is not one of the document",
    ),
    (
        "idp-metadata/entra-azuread-identitymodel-referencemetadata-literal-badsig.xml",
        "signature",
        "the Signature is there and malformed: present is not valid",
    ),
    (
        "idp-metadata/samlify-misc-spmeta.xml",
        "not-metadata",
        "the root is in no namespace, and the other reader finds no entity in it either",
    ),
];

/// What the other reader calls a binding.
fn short(binding: &Binding) -> String {
    match binding.word() {
        "HTTP-Redirect" => "redirect".to_owned(),
        "HTTP-POST" => "post".to_owned(),
        "SOAP" => "soap".to_owned(),
        "HTTP-Artifact" => "artifact".to_owned(),
        "HTTP-POST-SimpleSign" => "simplesign".to_owned(),
        "PAOS" => "paos".to_owned(),
        "urn:mace:shibboleth:1.0:profiles:AuthnRequest" => "shib1".to_owned(),
        _ => binding.uri(),
    }
}

fn text(value: &Value) -> Option<&str> {
    value.as_str()
}

/// One line for each endpoint of the other reader.
fn endpoints_expected(roles: &[&Value], key: &str) -> Vec<String> {
    let list = roles.iter().flat_map(|role| role[key].as_array().into_iter().flatten());
    list.map(|endpoint| {
        let part = |key: &str| text(&endpoint[key]).unwrap_or("-").to_owned();
        let index = text(&endpoint["index"]).map(str::to_owned);
        let default = matches!(text(&endpoint["default"]), Some("true" | "1"));
        format!("{} {} {} {index:?} {default}", part("binding"), part("location"), part("response_location"))
    })
    .collect()
}

fn endpoints_read(endpoints: &[Endpoint]) -> Vec<String> {
    let line = |endpoint: &Endpoint| {
        format!(
            "{} {} {} {:?} {}",
            endpoint.binding.as_ref().map(short).or(endpoint.odd_binding.clone()).unwrap_or("-".to_owned()),
            endpoint.location.as_deref().unwrap_or("-"),
            endpoint.response_location.as_deref().unwrap_or("-"),
            endpoint.index,
            endpoint.is_default == Some(true),
        )
    };
    endpoints.iter().map(line).collect()
}

fn keys_read(keys: &[KeyDescriptor]) -> Vec<String> {
    keys.iter()
        .map(|key| match &key.use_ {
            KeyUse::Signing => "signing".to_owned(),
            KeyUse::Encryption => "encryption".to_owned(),
            KeyUse::Both => "-".to_owned(),
            KeyUse::Unknown(word) => word.clone(),
        })
        .collect()
}

fn keys_expected(roles: &[&Value]) -> Vec<String> {
    let keys = roles.iter().flat_map(|role| role["keys"].as_array().into_iter().flatten());
    keys.map(|key| text(&key["use"]).unwrap_or("-").to_owned()).collect()
}

fn strings_expected(roles: &[&Value], key: &str) -> Vec<String> {
    let list = roles.iter().flat_map(|role| role[key].as_array().into_iter().flatten());
    list.map(|text| text.as_str().unwrap_or_default().to_owned()).collect()
}

/// The roles of the other reader that are read as one here.
fn merged<'a>(entity: &'a Value, element: &str) -> Vec<&'a Value> {
    let saml2 = |role: &&Value| strings_expected(&[role], "protocols").iter().any(|p| p == crate::saml::PROTOCOL);
    let all: Vec<&Value> =
        entity["role_details"].as_array().into_iter().flatten().filter(|role| role["role"] == element).collect();
    let good: Vec<&Value> = all.iter().copied().filter(|role| saml2(role)).collect();
    if good.is_empty() { all } else { good }
}

fn boolean(roles: &[&Value], key: &str) -> Option<bool> {
    let read = |text: &str| match text.to_ascii_lowercase().as_str() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    };
    roles.iter().filter_map(|role| text(&role[key])).filter_map(read).max()
}

struct Differences(Vec<String>);

impl Differences {
    fn compare<T: PartialEq + std::fmt::Debug>(&mut self, what: &str, read: &T, expected: &T) {
        if read != expected {
            self.0.push(format!("{what}: read {read:?}, expected {expected:?}"));
        }
    }

    fn document(&mut self, document: &Document, expected: &Value) {
        self.compare("root", &document.root.element(), &text(&expected["root"]).unwrap_or_default());
        if document.root == RootKind::Entities {
            self.compare("name", &document.name.as_deref(), &text(&expected["Name"]));
        }
        self.compare("id", &document.id.as_deref(), &text(&expected["ID"]));
        self.compare(
            "validUntil",
            &document.valid_until.as_ref().map(|instant| instant.text.as_str()),
            &text(&expected["validUntil"]),
        );
        self.compare(
            "cacheDuration",
            &document.cache_duration.as_ref().map(|span| span.text.as_str()),
            &text(&expected["cacheDuration"]),
        );
        self.compare("entities", &(document.len() as u64), &expected["n_entities"].as_u64().unwrap_or_default());
        let groups = document.nested_groups as u64 + u64::from(document.root == RootKind::Entities);
        self.compare("groups", &groups, &expected["n_nested_groups"].as_u64().unwrap_or_default());
        if let Some(duplicates) = expected["n_duplicate_entity_ids"].as_u64() {
            let twice = document.findings.iter().filter(|finding| finding.code == "entity-id-duplicate");
            self.compare("duplicates", &(twice.count() as u64), &duplicates);
        }
        let count = |kind: &RoleKind| {
            let has = |entity: &&Entity| entity.roles.iter().any(|role| role.kind == *kind);
            document.entities.iter().filter(has).count() as u64
        };
        self.compare("idps", &count(&RoleKind::Idp), &expected["n_idp"].as_u64().unwrap_or_default());
        self.compare("sps", &count(&RoleKind::Sp), &expected["n_sp"].as_u64().unwrap_or_default());
        self.compare(
            "signature",
            &document.signature_present(),
            &expected["root_signature"]["parent_is_root"].as_bool().unwrap_or(false),
        );
        let Some(entities) = expected["entities"].as_array() else { return };
        for (entity, expected) in document.entities.iter().zip(entities) {
            self.entity(entity, expected);
        }
    }

    fn entity(&mut self, entity: &Entity, expected: &Value) {
        self.compare("entityID", &entity.entity_id.as_deref(), &text(&expected["entityID"]));
        let roles: Vec<&str> = entity.roles.iter().map(|role| role.kind.element()).collect();
        let expected_roles = strings_expected(&[expected], "roles");
        self.compare("roles", &roles, &expected_roles.iter().map(String::as_str).collect());
        self.compare(
            "entity validUntil",
            &entity.own_valid_until.as_ref().map(|instant| instant.text.as_str()),
            &text(&expected["validUntil"]),
        );
        let protocols: Vec<String> = entity
            .roles
            .iter()
            .filter(|role| matches!(role.kind, RoleKind::Idp | RoleKind::Sp))
            .flat_map(|role| role.protocols.clone().unwrap_or_default())
            .collect();
        let details: Vec<&Value> = expected["role_details"].as_array().into_iter().flatten().collect();
        self.compare("protocols", &protocols, &strings_expected(&details, "protocols"));

        let wanted = merged(expected, "IDPSSODescriptor");
        self.compare("idp", &entity.idp.as_ref().map_or(0, |idp| idp.merged), &wanted.len());
        if let Some(idp) = &entity.idp {
            self.compare("idp sso", &endpoints_read(&idp.sso), &endpoints_expected(&wanted, "sso"));
            self.compare("idp slo", &endpoints_read(&idp.slo), &endpoints_expected(&wanted, "slo"));
            let artifact = endpoints_expected(&wanted, "artifact");
            self.compare("idp artifact", &endpoints_read(&idp.artifact_resolution), &artifact);
            self.compare("idp keys", &keys_read(&idp.keys), &keys_expected(&wanted));
            self.compare("idp formats", &idp.name_id_formats, &strings_expected(&wanted, "nameid_formats"));
            let signed = boolean(&wanted, "WantAuthnRequestsSigned");
            self.compare("want signed", &idp.want_authn_requests_signed, &signed);
        }
        let wanted = merged(expected, "SPSSODescriptor");
        self.compare("sp", &entity.sp.as_ref().map_or(0, |sp| sp.merged), &wanted.len());
        if let Some(sp) = &entity.sp {
            self.compare("sp acs", &endpoints_read(&sp.acs), &endpoints_expected(&wanted, "acs"));
            self.compare("sp slo", &endpoints_read(&sp.slo), &endpoints_expected(&wanted, "slo"));
            self.compare("sp keys", &keys_read(&sp.keys), &keys_expected(&wanted));
            self.compare("sp formats", &sp.name_id_formats, &strings_expected(&wanted, "nameid_formats"));
            self.compare("signs", &sp.authn_requests_signed, &boolean(&wanted, "AuthnRequestsSigned"));
            self.compare("wants", &sp.want_assertions_signed, &boolean(&wanted, "WantAssertionsSigned"));
        }
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the corpus is not part of the repository; its place is given")]
#[expect(clippy::print_stderr, reason = "a count and a skip are told to the person who runs the test")]
fn agrees_with_another_reader_on_every_document_of_the_corpus() {
    let Some(corpus) = std::env::var_os("SSOCTL_CORPUS") else {
        assert!(std::env::var_os("SSOCTL_CORPUS_REQUIRED").is_none(), "SSOCTL_CORPUS is required and not set");
        eprintln!("skipped: SSOCTL_CORPUS does not name a corpus");
        return;
    };
    let corpus = Path::new(&corpus);
    let manifest = std::fs::read_to_string(corpus.join("MANIFEST.tsv")).unwrap();
    let (mut all, mut agreed, mut problems) = (0, 0, Vec::new());
    for row in manifest.lines().skip(1) {
        let columns: Vec<&str> = row.split('\t').collect();
        let (file, kind) = (columns[0], columns[6]);
        if !matches!(kind, "idp-metadata" | "sp-metadata" | "aggregate") {
            continue;
        }
        all += 1;
        let expected: Value = serde_json::from_str(columns[8]).unwrap();
        let well_formed = expected["wellformed"] == true;
        let has_doctype = strings_expected(&[&expected], "tags").iter().any(|tag| tag == "doctype");
        let result =
            read(BufReader::new(unpacked(&corpus.join(file)).as_slice()), file, &Limits::aggregate(), &Select::All);
        let mut differences = Differences(Vec::new());
        let exception = EXCEPTIONS.iter().find(|(excepted, ..)| *excepted == file).map(|(_, what, _)| *what);
        match (&result, exception) {
            (Err(failure), Some(code)) => differences.compare("code", &failure.code(), &code),
            (Ok(document), Some(what)) => {
                differences.document(document, &expected);
                let found = differences.0.len();
                differences.0.retain(|difference| !(difference.starts_with(what) || difference.starts_with("idps")));
                differences.compare("differences excepted", &(found > differences.0.len()), &true);
            }
            (Ok(document), None) if well_formed && !has_doctype => {
                differences.document(document, &expected);
                let entities: Vec<&Value> = expected["entities"].as_array().into_iter().flatten().collect();
                if kind == "idp-metadata" && entities.len() == 1 {
                    let roles = merged(entities[0], "IDPSSODescriptor");
                    let usable = strings_expected(&roles, "protocols").iter().any(|p| p == crate::saml::PROTOCOL);
                    differences.compare("chosen", &choose_idp(document, None).is_ok(), &usable);
                }
            }
            (Ok(_), None) => differences.0.push("read, and a refusal expected".to_owned()),
            (Err(_), None) if !well_formed => {}
            (Err(failure), None) if has_doctype => differences.compare("code", &failure.code(), &"doctype"),
            (Err(failure), None) => differences.0.push(format!("refused: {failure:?}")),
        }
        if differences.0.is_empty() {
            agreed += 1;
        } else {
            problems.push(format!("{file} ({}):\n    {}", columns[7], differences.0.join("\n    ")));
        }
    }
    eprintln!("corpus: {agreed} of {all}");
    assert!(problems.is_empty(), "{agreed} of {all}:\n{}", problems.join("\n"));
    assert!(all > 0, "the manifest lists no metadata");
}
