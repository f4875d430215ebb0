//! The sheet as one HTML page: no script, nothing fetched, light or dark as the reader likes, and
//! fit for paper. Well-formed as XML too.

use crate::export::handover::Body;
use crate::export::handover::Content;
use crate::export::handover::Entry;
use crate::export::handover::Sheet;
use crate::report::handover::markdown::whom;
use crate::report::handover::remark;
use crate::report::markup::escaped;
use crate::report::markup::prose;

const STYLE: &str = "\
:root{color-scheme:light dark}\
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}\
h1{font-size:1.5rem;line-height:1.25}h2{font-size:1.15rem;margin-top:2rem;border-bottom:1px solid #8888}\
dt{font-weight:600;margin-top:.8rem}dd{margin:.2rem 0 0}\
code,pre{font-family:ui-monospace,monospace;font-size:.9rem}\
code{overflow-wrap:anywhere}pre{overflow-x:auto;padding:.6rem;border:1px solid #8888;border-radius:.3rem}\
table{border-collapse:collapse}td,th{border:1px solid #8888;padding:.2rem .6rem;text-align:left}\
.need,.remark,.note{font-weight:400;opacity:.75}.missing{font-weight:600;opacity:1}\
@media print{body{max-width:none;margin:0;font-size:11pt}pre{white-space:pre-wrap;overflow-wrap:anywhere}\
dt,h2{break-after:avoid}pre,table{break-inside:avoid}}";

/// The whole page.
pub(crate) fn write(sheet: &Sheet) -> String {
    let title = escaped(&sheet.title);
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n<p>{}, for the {}</p>\n",
        escaped(&sheet.date),
        whom(sheet)
    );
    if !sheet.prerequisites.is_empty() {
        page += "<h2>Before you begin</h2>\n";
        page += &list("ul", &sheet.prerequisites);
    }
    for part in &sheet.parts {
        page += &format!("<h2>{}</h2>\n", escaped(&part.title));
        if let Some(note) = &part.note {
            page += &format!("<p class=\"note\">{}</p>\n", prose(note));
        }
        page += &match &part.body {
            Body::Fields(entries) => format!("<dl>\n{}</dl>\n", entries.iter().map(entry).collect::<String>()),
            Body::Facts(facts) => {
                let fact = |(label, fact): &(String, String)| {
                    format!("<dt>{}</dt>\n<dd>{}</dd>\n", escaped(label), prose(fact))
                };
                format!("<dl>\n{}</dl>\n", facts.iter().map(fact).collect::<String>())
            }
            Body::Steps(steps) => {
                let step = |(state, step): &(Option<String>, String)| match state {
                    Some(state) => format!("[{state}] {step}"),
                    None => step.clone(),
                };
                list("ol", &steps.iter().map(step).collect::<Vec<_>>())
            }
            Body::List(items) => list("ul", items),
            Body::Letter(letter) => block(letter),
        };
    }
    page + "</body>\n</html>\n"
}

fn list(kind: &str, items: &[String]) -> String {
    let items: String = items.iter().map(|item| format!("<li>{}</li>\n", prose(item))).collect();
    format!("<{kind}>\n{items}</{kind}>\n")
}

fn entry(entry: &Entry) -> String {
    let need =
        if entry.need == "optional" { String::new() } else { format!(" <span class=\"need\">({})</span>", entry.need) };
    let remark = remark(entry).map(|remark| {
        let class = if entry.content == Content::Missing { "remark missing" } else { "remark" };
        format!("<span class=\"{class}\">({})</span>", prose(&remark))
    });
    let value = match &entry.content {
        Content::Given(value) | Content::Default(value) if value.trim_end_matches('\n').contains('\n') => block(value),
        Content::Given(value) | Content::Default(value) => {
            format!("<code>{}</code>", escaped(value.trim_end_matches('\n')))
        }
        Content::Several(values) => match &entry.separator {
            Some(separator) => {
                let joined = values.join(if separator == "," { ", " } else { separator });
                format!("<code>{}</code>", escaped(&joined))
            }
            None => block(&values.join("\n")),
        },
        Content::Certificates(all) => {
            let one = |pem: &crate::export::handover::Pem| {
                format!(
                    "{}<p>until {}<br/>SHA-1 <code>{}</code><br/>SHA-256 <code>{}</code></p>\n",
                    block(&pem.pem),
                    pem.not_after.date(),
                    pem.sha1,
                    pem.sha256
                )
            };
            all.iter().map(one).collect()
        }
        Content::Mappings(rows) => {
            let row = |row: &crate::export::handover::MappingRow| {
                let cells: String = row.cells().iter().map(|cell| format!("<td>{}</td>", escaped(cell))).collect();
                format!("<tr>{cells}</tr>\n")
            };
            format!("<table>\n{}</table>\n", rows.iter().map(row).collect::<String>())
        }
        Content::Secret
        | Content::Fallback(_)
        | Content::NotSet
        | Content::Missing
        | Content::Unknown(_)
        | Content::Shown(_)
        | Content::None(_) => String::new(),
    };
    let parts: Vec<String> = [Some(value), remark].into_iter().flatten().filter(|part| !part.is_empty()).collect();
    format!("<dt>{}{need}</dt>\n<dd>{}</dd>\n", escaped(&entry.label), parts.join(" "))
}

fn block(text: &str) -> String {
    let lines: Vec<String> = text.trim_end().lines().map(escaped).collect();
    format!("<pre>{}</pre>\n", lines.join("\n"))
}
