//! `ssoctl connection add`: from documents, flags and answers to a connection file. Nothing is
//! written when anything is wrong.

pub(crate) mod documents;
pub(crate) mod flags;
pub(crate) mod form;
mod rendering;

use crate::cli::Verdict;
use crate::cli::connection::add::documents::Documents;
use crate::cli::connection::add::form::Form;
use crate::cli::connection::wizard;
use crate::cli::context::Context;
use crate::cli::interrupt;
use crate::error::Failure;
use crate::error::Result;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::import;
use crate::model::connection;
use crate::model::connection::Connection;
use crate::model::connection::DirectoryAccess;
use crate::model::connection::Migration;
use crate::model::connection::OAuthKind;
use crate::model::connection::Provisioning;
use crate::model::connection::Status;
use crate::model::login::Login;
use crate::provider::Vendor;
use crate::provider::profile::Kind;
use crate::workspace;

pub(crate) use crate::cli::connection::add::flags::Args;

/// A connection that can be written.
pub(crate) struct Draft {
    /// Its content.
    pub(crate) connection: Connection,
    /// What is to be said of it.
    pub(crate) findings: Vec<Finding>,
    /// Its file.
    pub(crate) text: String,
}

impl Draft {
    /// What stops the write.
    pub(crate) fn errors(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.severity == Severity::Error)
    }
}

/// Reads, asks, judges, shows and writes.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    let workspace = context.workspace()?;
    // A taken name is told before anything is fetched or asked.
    if let Some(taken) = workspace.names()?.iter().find(|taken| taken.as_str().eq_ignore_ascii_case(args.name.as_str())) {
        return Err(workspace::taken_by(taken).into());
    }
    let form = args.form()?;
    let (vendor, draft, documents) = if context.ui.can_ask() && !args.yes {
        wizard::run(args, form, context)?
    } else {
        let id = args.provider.as_deref().ok_or_else(|| {
            Failure::usage("provider-missing", "no vendor is named")
                .hint("give `--provider ID`; `ssoctl provider list` shows all")
        })?;
        let vendor = context.vendor(id)?;
        let kind = form.kind().ok_or_else(source_missing)?;
        form::offered(&vendor, kind)?;
        args.refuse_of_other_kinds(&form, kind)?;
        refuse_stdin_twice(args, &form)?;
        let documents = documents::read(args, &form, kind, &vendor, context)?;
        let draft = draft(args, &form, kind, &documents, &vendor, context)?;
        (vendor, draft, documents)
    };
    super::refuse_errors(&draft.findings, context)?;
    let path = workspace.path(&args.name);
    interrupt::hold();
    let _lock = workspace.lock()?;
    workspace.add(&args.name, &draft.text)?;
    for candidate in &documents.candidates {
        candidate.keep(&args.name, &draft.connection, &workspace, context);
    }
    context.ui.status(&format!("wrote `{}`", path.display()));
    for line in vendor.prerequisites.iter().filter(|_| !context.ui.is_quiet()) {
        context.ui.note(&format!("{} needs: {line}", vendor.title), 0);
    }
    let next = if draft.connection.saml.is_some() { format!(", `ssoctl cert check {}` checks its certificates", args.name) } else { String::new() };
    context.ui.hint(&format!("`ssoctl connection show {}` shows it{next}", args.name));
    super::tell_json(&args.name, &draft.connection, context)?;
    Ok(Verdict::Done)
}

fn source_missing() -> Failure {
    Failure::usage("source-missing", "nothing says what kind of connection it is, or where its identity provider's side comes from")
        .hint("SAML: `--metadata SOURCE`, `--mdq URL`, or by hand `--idp-entity-id ID --sso-url URL --certificate FILE`")
        .hint("OAuth 2.0: `--discovery SOURCE`, or by hand `--authorization-endpoint URL ..`; `--google`, `--entra`, `--outbound METHOD`")
}

/// Standard input is one document.
fn refuse_stdin_twice(args: &Args, form: &Form) -> Result<()> {
    let all = [form.get(form::METADATA), form.get(form::DISCOVERY), args.sp_metadata.as_deref()];
    let certificates = form.list(form::CERTIFICATES).iter().filter(|source| *source == "-").count();
    if all.iter().flatten().filter(|source| **source == "-").count() + certificates > 1 {
        return Err(Failure::usage("stdin-twice", "standard input cannot be both documents")
            .hint("give one of them as a file")
            .into());
    }
    Ok(())
}

/// Puts documents, answers and defaults together, and judges them.
pub(crate) fn draft(
    args: &Args,
    form: &Form,
    kind: Kind,
    documents: &Documents,
    vendor: &Vendor,
    context: &Context,
) -> Result<Draft> {
    let mut findings = documents.findings.clone();
    let judged = form::judge(form, vendor, kind)?;
    let mut form = form.clone();
    if form.get("reference") == Some(args.name.as_str()) {
        // IN1: it is the file's name where it is not given.
        form.forget("reference");
    }
    findings.extend(assumed(&mut form, kind, documents, vendor));
    let connection = form::filled(&base(args, kind, documents, vendor), &form, vendor)?;
    findings = told_once(findings, super::findings(&args.name, &connection, &|_| None, context)?);
    // What is told of the file as well is told once.
    findings.extend(judged.into_iter().filter(|one| !findings.iter().any(|told| told.code == one.code)).collect::<Vec<_>>());
    let text = rendering::text(&connection, vendor, kind)?;
    Ok(Draft { connection, findings, text })
}

/// Findings of the documents and of the connection that came of them, each told once. An address that the
/// connection has is its own to tell of; the document's finding may know what mends it.
fn told_once(documents: Vec<Finding>, mut own: Vec<Finding>) -> Vec<Finding> {
    let mut all: Vec<Finding> = Vec::new();
    for finding in documents {
        let same = |mine: &&mut Finding| {
            let address = mine.message.split('`').nth(1).filter(|text| text.contains("://"));
            mine.code == finding.code && address.is_some_and(|text| finding.message.contains(&format!("`{text}`")))
        };
        match own.iter_mut().find(same) {
            Some(mine) => mine.hint = mine.hint.take().filter(|hint| !hint.is_empty()).or(finding.hint),
            None => all.push(finding),
        }
    }
    for finding in own {
        // One address may be that of several endpoints.
        if !all.iter().any(|told| (told.code, &told.message) == (finding.code, &finding.message)) {
            all.push(finding);
        }
    }
    all
}

/// Takes for granted what nobody has answered; the findings say what may be wrong.
fn assumed(form: &mut Form, kind: Kind, documents: &Documents, vendor: &Vendor) -> Vec<Finding> {
    let mut findings = Vec::new();
    let asked = |path: &str| vendor.asked(kind).find(|(_, field)| field.path == path).map(|(_, field)| field);
    if kind == Kind::Saml || kind == Kind::OAuth(OAuthKind::Custom) {
        let idp = documents.saml.as_ref().map(|saml| saml.idp.entity_id.as_str());
        for (field, name, why) in import::attribute_defaults(idp) {
            let path = format!("attributes.{field}");
            let needed = asked(&path).is_some_and(|field| field.required || field.recommended);
            if needed && !form.is_answered(&path) {
                form.add(&path, name);
                let message = format!("the attribute for `{field}` is assumed to be `{name}`: {why}");
                findings.push(
                    Finding::new("attribute-assumed", Severity::Warning, message)
                        .hint(format!("look at a real assertion; `--attribute {field}=NAME` says otherwise")),
                );
            }
        }
    }
    // QT2, QT9: `*` is the vendor's default for every kind but Google.
    let domains = "provisioning.valid_email_domains";
    if asked(domains).is_some() && !form.is_answered(domains) && kind != Kind::OAuth(OAuthKind::Google) {
        form.add(domains, "*");
    }
    if kind == Kind::OAuth(OAuthKind::Custom) && form.get(form::DISCOVERY).is_none() {
        for (path, default) in [("oauth.scope", "openid email profile"), ("oauth.id_token_algorithms", "RS256")] {
            if asked(path).is_some() && !form.is_answered(path) {
                form.add(path, default);
            }
        }
    }
    findings
}

/// A connection before any answer.
pub(crate) fn base(args: &Args, kind: Kind, documents: &Documents, vendor: &Vendor) -> Connection {
    let (saml, oauth) = match kind {
        Kind::Saml => (documents.saml.clone(), None),
        Kind::OAuth(_) => (None, documents.oauth.clone()),
    };
    Connection {
        version: connection::VERSION,
        provider: vendor.id.clone(),
        name: args.name.to_string(),
        reference: None,
        technical_contact: None,
        display_name: None,
        status: Status::default(),
        settings: std::collections::BTreeMap::new(),
        saml,
        oauth,
        attributes: std::collections::BTreeMap::new(),
        provisioning: Provisioning::default(),
        migration: Migration::default(),
        dashboard_attributes: Vec::new(),
        mappings: Vec::new(),
        login: Login::default(),
        directory: args.token.clone().map(|token| DirectoryAccess {
            api_url: args.api_url.clone(),
            token: Some(token),
            ..DirectoryAccess::default()
        }),
    }
}
