//! Lists and searches (RFC 7644 3.4.2, 3.4.3), by index and by cursor (RFC 9865).

use axum::http::Method;
use axum::http::StatusCode;
use serde_json::Value;
use serde_json::json;

use crate::sandbox::answer::Answer;
use crate::sandbox::answer::Refusal;
use crate::sandbox::dialect::Asked;
use crate::sandbox::directory::Directory;
use crate::sandbox::directory::User;
use crate::sandbox::fault::Fault;
use crate::sandbox::fault::scatter;
use crate::sandbox::quirk::Quirk;
use crate::sandbox::scim::MEDIA_TYPE;
use crate::sandbox::scim::Scim;
use crate::sandbox::scim::filter;
use crate::sandbox::scim::json_of;
use crate::sandbox::scim::shown::Selection;

/// A parameter of a query without its percent-encoding.
pub(super) fn parameter(query: &str, name: &str) -> Option<String> {
    let raw = query.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (key == name).then_some(value)
    })?;
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits =
                    [rest.next(), rest.next()].map(|digit| digit.and_then(|digit| char::from(digit).to_digit(16)));
                match digits {
                    [Some(high), Some(low)] => u8::try_from(high * 16 + low).unwrap_or(b'%'),
                    _ => b'%',
                }
            }
            byte => byte,
        });
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// What is asked for, by parameters or by a SearchRequest.
struct Wanted {
    filter: Option<String>,
    cursor: Option<String>,
    start: Option<i64>,
    count: Option<i64>,
    selection: Selection,
}

impl Wanted {
    fn of_query(query: &str) -> Result<Self, Refusal> {
        let number = |name: &str| match parameter(query, name) {
            None => Ok(None),
            Some(text) => text
                .parse::<i64>()
                .map(Some)
                .map_err(|_no_number| Refusal::bad_request("invalidValue", format!("{name} is not a number."))),
        };
        Ok(Self {
            filter: parameter(query, "filter"),
            cursor: parameter(query, "cursor"),
            start: number("startIndex")?,
            count: number("count")?,
            selection: Selection::read(
                parameter(query, "attributes").as_deref(),
                parameter(query, "excludedAttributes").as_deref(),
            )?,
        })
    }

    fn of_body(body: &Value) -> Result<Self, Refusal> {
        let schema = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
        if !body["schemas"].as_array().is_some_and(|schemas| schemas.iter().any(|one| one == schema)) {
            return Err(Refusal::bad_request("invalidSyntax", "`schemas` does not have that of a SearchRequest."));
        }
        let text = |name: &str| body[name].as_str().map(str::to_owned);
        let names = |name: &str| {
            body[name].as_array().map(|names| names.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(","))
        };
        Ok(Self {
            filter: text("filter"),
            cursor: text("cursor"),
            start: body["startIndex"].as_i64(),
            count: body["count"].as_i64(),
            selection: Selection::read(names("attributes").as_deref(), names("excludedAttributes").as_deref())?,
        })
    }
}

impl Scim {
    /// Answers a list or a search.
    pub(super) fn list(&self, asked: &Asked, directory: &Directory) -> Result<Answer, Refusal> {
        let wanted = match asked.parts.method {
            Method::POST => Wanted::of_body(&json_of(asked.admitted_body()?)?)?,
            _ => Wanted::of_query(asked.query())?,
        };
        let found = self.found(asked, directory, wanted.filter.as_deref())?;
        let total = found.as_ref().map_or(directory.users().len(), Vec::len);
        // RFC 7644 3.4.2.4: less than nothing is nothing. More than a page is a page.
        let count =
            wanted.count.map_or(self.page_size, |count| usize::try_from(count).unwrap_or(0)).min(self.page_size);
        let by_cursor = wanted.cursor.is_some() || (self.has(Quirk::Cursor) && wanted.start.is_none());
        let from = if by_cursor {
            self.offset(wanted.cursor.as_deref().unwrap_or_default(), total)?
        } else {
            let start = usize::try_from(wanted.start.unwrap_or(1)).unwrap_or(1).max(1);
            let start = if self.has(Quirk::CapStartIndex) { start.min(11) } else { start };
            if self.has(Quirk::IgnoreStartIndex) { 0 } else { start - 1 }
        };
        let end = from.saturating_add(count).min(total);
        let begin = match asked.fault {
            Some(Fault::OverlapPage) => from.saturating_sub(1),
            _ => from,
        };
        let at = |at: usize| match &found {
            None => directory.users().get(at),
            Some(found) => found.get(at).copied(),
        };
        let page: Vec<Value> = (begin..end)
            .filter_map(|place| at(place).map(|user| wanted.selection.of(self.shown(asked, user))))
            .collect();
        let mut answer = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
            "totalResults": total,
            "itemsPerPage": page.len(),
        });
        if self.has(Quirk::CountPage) {
            answer["totalResults"] = json!(page.len());
        }
        if self.has(Quirk::CountOneMore) {
            answer["totalResults"] = json!(total + 1);
        }
        if !by_cursor {
            answer["startIndex"] = json!(from + 1);
        } else if asked.fault == Some(Fault::RepeatPage) {
            answer["nextCursor"] = json!(self.cursor(from));
        } else if end < total && count > 0 {
            answer["nextCursor"] = json!(self.cursor(end));
        }
        answer["Resources"] = Value::Array(page);
        Ok(Answer::new(StatusCode::OK, MEDIA_TYPE, answer.to_string().into_bytes()))
    }

    /// The users that a filter finds; `None` is all.
    fn found<'d>(
        &self,
        asked: &Asked,
        directory: &'d Directory,
        filter: Option<&str>,
    ) -> Result<Option<Vec<&'d User>>, Refusal> {
        let Some(text) = filter.filter(|_| !self.has(Quirk::IgnoreFilter)) else { return Ok(None) };
        let filter = filter::read(text)?;
        // One name among a million is not looked for in all of them.
        if let Some(name) = filter.equal("userName") {
            return Ok(Some(directory.named(name).into_iter().collect()));
        }
        if let Some(id) = filter.equal("externalId") {
            return Ok(Some(
                directory.users().iter().filter(|user| user.external_id == id && !id.is_empty()).collect(),
            ));
        }
        Ok(Some(directory.users().iter().filter(|user| filter.fits(&self.shown(asked, user))).collect()))
    }

    /// A place in the list, in a form that nobody makes up.
    fn cursor(&self, offset: usize) -> String {
        format!("{offset:x}.{:016x}", scatter(self.seed, &[0x5c1, offset as u64]))
    }

    fn offset(&self, cursor: &str, total: usize) -> Result<usize, Refusal> {
        if cursor.is_empty() {
            return Ok(0);
        }
        let offset = cursor.split_once('.').and_then(|(digits, _)| usize::from_str_radix(digits, 16).ok());
        match offset {
            Some(offset) if self.cursor(offset) == cursor && offset <= total => Ok(offset),
            Some(offset) if self.cursor(offset) == cursor => {
                Err(Refusal::bad_request("expiredCursor", "The list has become shorter."))
            }
            _ => Err(Refusal::bad_request("invalidCursor", "There is no such cursor.")),
        }
    }
}
