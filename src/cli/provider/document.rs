//! A vendor's profile as JSON (`ssoctl.provider/1`).

use serde_json::Value;
use serde_json::json;

use crate::provider::Vendor;
use crate::provider::profile::Capability;
use crate::provider::profile::Field;
use crate::provider::profile::SetUpBy;
use crate::provider::profile::SpSource;
use crate::provider::profile::Support;

/// The whole profile.
pub(super) fn of(vendor: &Vendor) -> Value {
    json!({
        "id": vendor.id,
        "title": vendor.title,
        "file": vendor.file,
        "capabilities": Capability::ALL.into_iter().map(|capability| {
            let support = vendor.support(capability);
            let (word, reason) = answer(&support);
            json!({
                "key": capability.key(), "capability": capability.words(),
                "support": word.split(',').next(), "reason": reason,
            })
        }).collect::<Vec<_>>(),
        "settings": vendor.settings().map(|field| json!({
            "key": field.key(), "label": field.label, "help": field.help(),
        })).collect::<Vec<_>>(),
        "attributes": vendor.attributes().map(|field| json!({
            "key": field.key(), "label": field.label, "required": field.required,
            "recommended": field.recommended, "fallback": field.fallback,
        })).collect::<Vec<_>>(),
        "page": vendor.page.iter().map(|section| json!({
            "title": section.title,
            "when": section.when.map(super::page::when),
            "note": section.note,
            "fields": section.fields.iter().map(field).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "saml": vendor.saml.as_ref().map(|saml| json!({
            "request_bindings": saml.request_bindings,
            "always_signed": saml.always_signed,
            "name_id_formats": saml.name_id_formats,
            "idp_initiated_relay_state": saml.idp_initiated_relay_state,
            "sp": {
                "source": source(saml.sp.source),
                "question": saml.sp.ask,
                "forms": saml.sp.forms.iter().map(|form| json!({
                    "label": form.label, "entity_id": form.entity_id, "acs": form.acs,
                })).collect::<Vec<_>>(),
                "published": super::page::published(vendor).into_iter().map(|(choice, form, doubt)| json!({
                    "for": choice, "entity_id": form.entity_id, "acs": form.acs, "unverified": doubt,
                })).collect::<Vec<_>>(),
                "mistakes": saml.sp.mistakes.iter().map(|mistake| json!({
                    "value": mistake.value, "meant": mistake.meant, "why": mistake.why,
                })).collect::<Vec<_>>(),
            },
        })),
        "oauth": vendor.oauth.as_ref().map(|oauth| json!({
            "kinds": oauth.kinds.iter().map(|kind| kind.word()).collect::<Vec<_>>(),
            "methods": oauth.methods,
            "redirect_uri": oauth.redirect_uri,
        })),
        "username": vendor.username.as_ref().map(|rule| json!({
            "form": rule.form, "refused_characters": rule.refused_characters, "shape": rule.shape,
        })),
        "login_url": { "form": vendor.login_url.form, "question": vendor.login_url.ask },
        "set_up": {
            "by": match vendor.set_up.by { SetUpBy::Yourself => "yourself", SetUpBy::Vendor => "vendor" },
            "place": vendor.set_up.place,
            "takes": vendor.set_up.takes,
            "stages": vendor.set_up.stages,
        },
        "user_api": vendor.api.is_some(),
        "prerequisites": vendor.prerequisites,
        "sources": vendor.sources,
    })
}

/// An answer in words, and its reason or question.
pub(super) fn answer(support: &Support) -> (&'static str, &str) {
    match support {
        Support::Yes => ("yes", ""),
        Support::No(reason) => ("no", reason),
        Support::Unknown(question) => ("unknown, ask the vendor", question),
    }
}

/// Who knows the SP values, as profiles have it.
pub(super) const fn source(source: SpSource) -> &'static str {
    match source {
        SpSource::Published => "published",
        SpSource::Vendor => "vendor",
        SpSource::Unknown => "unknown",
    }
}

fn field(field: &Field) -> Value {
    json!({
        "path": field.path,
        "label": field.label,
        "help": field.help,
        "need": field.need(),
        "fallback": field.fallback,
        "shape": field.shape,
        "characters": field.characters,
        "max_length": field.max_length,
        "choices": field.choices.iter().map(|choice| json!({
            "value": choice.value, "label": choice.label, "values": choice.values,
        })).collect::<Vec<_>>(),
        "open": field.open,
        "default": field.default,
        "separator": field.separator,
        "when": field.when.map(super::page::when),
        "asked_by_the_vendor": !field.internal,
    })
}
