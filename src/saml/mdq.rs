//! The metadata query protocol: which URL is asked for an entity, and whether the answer is
//! of that entity. Source: draft-young-md-query and draft-young-md-query-saml.

use url::Url;

use crate::crypto;
use crate::error::Failure;
use crate::model::difference::explain_difference;
use crate::model::printable;
use crate::saml::metadata::Document;

/// The URLs of an entity at the service `base`: by its entity ID, and by the SHA-1 of that
/// (draft-young-md-query-saml 3.2). Refused: `mdq-base`, `mdq-entity-id`.
pub(crate) fn urls(base: &str, entity_id: &str) -> Result<[String; 2], Failure> {
    let refuse = |why: &str| {
        Failure::usage("mdq-base", format!("`--mdq`: {why}"))
            .hint("write what stands before `/entities/`, such as `https://mdq.example.org`")
    };
    let url = Url::parse(base).map_err(|error| refuse(&format!("this is not a URL: {error}")))?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err(refuse("the base URL of a service has no `?` and no `#`"));
    }
    let base = base.trim_end_matches('/');
    if base.ends_with("/entities") {
        return Err(refuse("`/entities` is added to the base URL, and stands there already"));
    }
    // saml-core 8.3.6: an entity ID has at most 1024 characters.
    if entity_id.is_empty() || entity_id.chars().count() > 1024 {
        return Err(Failure::usage("mdq-entity-id", "`--entity-id` has 1 to 1024 characters")
            .hint("write the entity ID as the identity provider names it, such as `https://idp.example.org/idp`"));
    }
    let hashed = format!("{{sha1}}{}", crypto::sha1_identifier(entity_id.as_bytes()));
    Ok([entity_id, &hashed].map(|id| format!("{base}/entities/{}", encoded(id))))
}

/// Percent-encodes everything but the unreserved characters (RFC 3986 2.1, 2.3).
fn encoded(text: &str) -> String {
    use std::fmt::Write as _;
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // A String takes everything.
            write!(encoded, "%{byte:02X}").ok();
        }
    }
    encoded
}

/// Refuses an answer in which the entity that was asked for is not (`mdq-other-entity`):
/// whoever sends another one would have it trusted under this name.
pub(crate) fn expect(document: &Document, entity_id: &str) -> Result<(), Failure> {
    let whole = document.entities.iter().map(|entity| entity.entity_id.as_deref());
    let found: Vec<&str> =
        whole.chain(document.others.iter().map(|other| other.entity_id.as_deref())).flatten().collect();
    if found.contains(&entity_id) {
        return Ok(());
    }
    let what = match found.as_slice() {
        [] => "nothing that has an entity ID".to_owned(),
        [other] => format!("`{}`: {}", printable(other), explain_difference(entity_id, other)),
        [first, ..] => format!("{} others, such as `{}`", found.len(), printable(first)),
    };
    Err(Failure::remote(
        "mdq-other-entity",
        format!("{}: asked for `{}`, the service answered with {what}", document.file, printable(entity_id)),
    )
    .hint("write the entity ID exactly as the identity provider has it; if it is right, ask who runs the service"))
}

/// No URL of the entity has a document; `answer` is what the service said (`mdq-not-found`).
pub(crate) fn unknown(base: &str, entity_id: &str, answer: Option<Failure>) -> Failure {
    let failure = Failure::remote(
        "mdq-not-found",
        format!("{}: the service knows no `{}`", printable(base), printable(entity_id)),
    )
    .hint("check the entity ID, which is compared exactly, and the base URL, which ends before `/entities/`");
    match answer {
        Some(answer) => failure.because(answer),
        None => failure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::saml::metadata;
    use crate::saml::metadata::Select;
    use crate::xml::Limits;

    #[test]
    fn urls_are_those_of_the_drafts_examples() {
        let [by_id, by_sha1] = urls("https://metadata.example.net/service/", "http://example.org/service").unwrap();
        assert_eq!(by_id, "https://metadata.example.net/service/entities/http%3A%2F%2Fexample.org%2Fservice");
        let digest = "11d72e8cf351eb6c75c721e838f469677ab41bdb";
        assert_eq!(by_sha1, format!("https://metadata.example.net/service/entities/%7Bsha1%7D{digest}"));
    }

    #[test]
    fn the_digest_is_the_one_of_fips_180() {
        assert_eq!(crypto::sha1_identifier(b"abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
    }

    #[test]
    fn everything_but_the_unreserved_characters_is_percent_encoded() {
        assert_eq!(encoded("aZ09-._~"), "aZ09-._~");
        assert_eq!(encoded("urn:x?a=b&c#/../%2F +é\n"), "urn%3Ax%3Fa%3Db%26c%23%2F..%2F%252F%20%2B%C3%A9%0A");
        let [by_id, _] = urls("https://h.example", "../admin?x#y").unwrap();
        assert_eq!(Url::parse(&by_id).unwrap().path(), "/entities/..%2Fadmin%3Fx%23y");
    }

    #[test]
    fn a_base_or_an_entity_id_that_cannot_be_asked_for_is_refused() {
        for base in [
            "mdq.example.org",
            "https://h.example/entities",
            "https://h.example/entities/",
            "https://h.example/?a",
            "https://h.example/#a",
        ] {
            assert_eq!(urls(base, "x").unwrap_err().code(), "mdq-base", "{base}");
        }
        for id in ["", &"a".repeat(1025)] {
            assert_eq!(urls("https://h.example", id).unwrap_err().code(), "mdq-entity-id");
        }
    }

    #[test]
    fn an_answer_of_another_entity_is_refused_and_the_difference_is_told() {
        let document = |ids: &[&str]| {
            let entity =
                |id: &&str| format!("<EntityDescriptor xmlns='urn:oasis:names:tc:SAML:2.0:metadata' entityID='{id}'/>");
            let entities: String = ids.iter().map(entity).collect();
            let xml = match ids {
                [_] => entities,
                _ => format!(
                    "<EntitiesDescriptor xmlns='urn:oasis:names:tc:SAML:2.0:metadata'>{entities}</EntitiesDescriptor>"
                ),
            };
            metadata::read(xml.as_bytes(), "m", &Limits::default(), &Select::EntityId("https://a.example/".to_owned()))
                .unwrap()
        };
        assert!(expect(&document(&["https://a.example/"]), "https://a.example/").is_ok());
        assert!(expect(&document(&["https://b.example/", "https://a.example/"]), "https://a.example/").is_ok());
        let slash = expect(&document(&["https://a.example"]), "https://a.example/").unwrap_err();
        assert_eq!((slash.code(), slash.kind().exit_code()), ("mdq-other-entity", 4));
        assert!(slash.to_string().contains("slash"), "{slash}");
        let many = expect(&document(&["https://b.example/", "https://c.example/"]), "https://a.example/").unwrap_err();
        assert!(many.to_string().contains("2 others"), "{many}");
    }
}
