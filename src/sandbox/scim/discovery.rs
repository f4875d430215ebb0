//! What the service says of itself (RFC 7643 5 to 7, RFC 9865 4).

use axum::http::StatusCode;
use serde_json::Value;
use serde_json::json;

use crate::sandbox::answer::Answer;
use crate::sandbox::answer::Refusal;
use crate::sandbox::quirk::Quirk;
use crate::sandbox::scim::MEDIA_TYPE;
use crate::sandbox::scim::Scim;
use crate::sandbox::scim::schema;

impl Scim {
    /// The document at a path below the base.
    pub(super) fn discovery(&self, path: &str, authority: &str) -> Result<Answer, Refusal> {
        let location = format!("http://{authority}/scim/v2{path}");
        let (kind, id) =
            path.trim_start_matches('/').split_once('/').map_or((path, None), |(kind, id)| (kind, Some(id)));
        let all = match kind.trim_start_matches('/') {
            "ServiceProviderConfig" if id.is_none() => return Ok(document(&self.config(&location))),
            "ResourceTypes" => vec![resource_type(authority)],
            "Schemas" => schema::all().iter().map(|schema| described(schema, authority)).collect(),
            _ => return Err(Refusal::new(StatusCode::NOT_FOUND, "NO_SUCH_PATH", "There is nothing here.")),
        };
        match id {
            None => Ok(document(&json!({
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
                "totalResults": all.len(),
                "startIndex": 1,
                "itemsPerPage": all.len(),
                "Resources": all,
            }))),
            Some(id) => match all.iter().find(|one| one["id"] == id) {
                Some(one) => Ok(document(one)),
                None => Err(Refusal::new(StatusCode::NOT_FOUND, "NO_SUCH_PATH", format!("There is no {id:?}."))),
            },
        }
    }

    fn config(&self, location: &str) -> Value {
        let supported = |supported: bool| json!({ "supported": supported });
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
            "patch": supported(!self.has(Quirk::NoPatch)),
            "bulk": { "supported": false, "maxOperations": 0, "maxPayloadSize": 0 },
            "filter": { "supported": true, "maxResults": self.page_size },
            "changePassword": supported(false),
            "sort": supported(false),
            "etag": supported(!self.has(Quirk::NoEtag)),
            "pagination": {
                "cursor": true,
                "index": true,
                "defaultPaginationMethod": if self.has(Quirk::Cursor) { "cursor" } else { "index" },
                "defaultPageSize": self.page_size,
                "maxPageSize": self.page_size,
            },
            "authenticationSchemes": [{
                "type": "oauthbearertoken",
                "name": "Bearer token",
                "description": "The token that the sandbox was started with.",
                "specUri": "https://www.rfc-editor.org/rfc/rfc6750",
                "primary": true,
            }],
            "meta": { "resourceType": "ServiceProviderConfig", "location": location },
        })
    }
}

fn document(value: &Value) -> Answer {
    Answer::new(StatusCode::OK, MEDIA_TYPE, value.to_string().into_bytes())
}

fn resource_type(authority: &str) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
        "id": "User",
        "name": "User",
        "description": "User Account",
        "endpoint": "/Users",
        "schema": schema::USER,
        "schemaExtensions": [],
        "meta": { "resourceType": "ResourceType", "location": format!("http://{authority}/scim/v2/ResourceTypes/User") },
    })
}

fn described(one: &schema::Schema, authority: &str) -> Value {
    let mut value = json!(one);
    value["schemas"] = json!([schema::SCHEMA]);
    value["meta"] =
        json!({ "resourceType": "Schema", "location": format!("http://{authority}/scim/v2/Schemas/{}", one.id) });
    value
}
