//! `ssoctl sandbox serve --list-faults`: everything that can go wrong on purpose.

use serde_json::json;

use crate::cli::Format;
use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::cli::table;
use crate::error::Result;
use crate::sandbox::fault::Fault;
use crate::sandbox::idp::wrong;
use crate::sandbox::quirk::Quirk;

/// Tells it: faults of the API, quirks of its servers, and wrong answers of the identity provider.
pub(super) fn tell(context: &Context) -> Result<Verdict> {
    if context.format == Format::Json {
        let faults: Vec<_> =
            Fault::ALL.into_iter().map(|fault| json!({ "kind": fault.word(), "about": fault.about() })).collect();
        let quirks: Vec<_> = Quirk::each()
            .map(|(provider, kind, about)| json!({ "provider": provider, "kind": kind, "about": about }))
            .collect();
        let answers: Vec<_> = wrong::list()
            .map(|one| {
                json!({
                    "protocol": one.protocol, "kind": one.word, "about": one.about, "refused": one.refused.code()
                })
            })
            .collect();
        let document = json!({
            "schema": "ssoctl.sandbox-faults/1", "faults": faults, "quirks": quirks, "answers": answers
        });
        context.ui.json(&document)?;
        return Ok(Verdict::Done);
    }
    let rows = Fault::ALL.into_iter().map(|fault| vec![fault.word().to_owned(), fault.about().to_owned()]);
    let mut text = table::table(&["kind", "what happens"], rows);
    text += "\n";
    let rows = Quirk::each().map(|(provider, word, about)| vec![word.to_owned(), provider.to_owned(), about.to_owned()]);
    text += &table::table(&["quirk", "of", "how it is"], rows);
    text += "\n";
    let rows = wrong::list().map(|one| {
        [one.word, one.protocol, one.refused.code().unwrap_or("-"), one.about].map(str::to_owned).to_vec()
    });
    text += &table::table(&["answer", "by", "refused by", "what the identity provider says"], rows);
    context.ui.data(&text)?;
    Ok(Verdict::Done)
}
