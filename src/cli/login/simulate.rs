//! `ssoctl login simulate`: one login, or a table of tests.

use std::path::Path;

use crate::cli::Format;
use crate::cli::Verdict;
use crate::cli::context::Context;
use crate::cli::login::identity;
use crate::cli::login::page;
use crate::cli::login::prepared;
use crate::cli::login::prepared::Prepared;
use crate::cli::login::table_test;
use crate::error::Failure;
use crate::error::Result;
use crate::model::ConnectionName;
use crate::rules::Verdict as Decided;

/// Say what would happen at a login: allow, deny or prompt, the account, its changes, and each rule
///
/// The identity provider's part is given by `--set`, or by a file: a JSON object, a YAML mapping
/// or lines of `name=value` (`--attributes`), or the claims of an ID token (`--claims`). Names are
/// exact and values are text; a nested claim is `address.country`. Nothing is sent anywhere.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  ssoctl login simulate qualtrics-prod --set Mail=anna@example.org --set uid=123456
  ssoctl login simulate qualys --set qualysguard_external_id=7 --directory users.csv
  ssoctl login simulate qualifio --claims claims.json --format json | jq -r .code
  ssoctl login simulate --cases logins.yaml --format junit > logins.xml

A file of cases, kept in git:
  version: 1
  connection: qualtrics-prod
  directory: users.csv            # beside this file; or rows in place of a name
  cases:
  - name: a student gets the participant's user type
    attributes: {Mail: anna@example.org, uid: 123456, Role: [Student]}
    expect: {decision: allow, username: '123456#testbrand', roles: {user_type: Participant}}
Keys of a case: name, connection, subject, attributes, expect. Keys of expect: decision,
code, username, account, roles, changes, landing_url, exit_url; what is left out is not
looked at. A change is its name, or {what, before, after}.

Columns of --directory: username (or login, userName) or email; id, external_id, roles,
status, saml, connectors (values parted by |); others are fields, such as user_type.

Exit codes: 0 allow or prompt, or all cases pass · 1 deny, or a case fails
            2 wrong usage · 3 a connection or file cannot be read")]
pub(crate) struct Args {
    /// The connection; with --cases the one in place of the file's own
    #[arg(value_name = "CONNECTION", required_unless_present = "cases")]
    name: Option<ConnectionName>,
    /// An attribute or claim; repeated, one more value; in place of that of a file
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// Attributes: JSON, YAML or lines of name=value; `-` reads standard input
    #[arg(long, value_name = "FILE", conflicts_with = "claims")]
    attributes: Option<String>,
    /// Claims of an ID token as JSON; `sub` is the subject
    #[arg(long, value_name = "FILE")]
    claims: Option<String>,
    /// The subject: NameID of an assertion, `sub` of a token
    #[arg(long, value_name = "VALUE")]
    subject: Option<String>,
    /// The vendor's users as CSV; without it no account is looked up
    #[arg(long, value_name = "FILE")]
    directory: Option<String>,
    /// Run a table of tests, and say which mappings, groups and domains they never used
    #[arg(long, value_name = "FILE", conflicts_with_all = ["set", "attributes", "claims", "subject"])]
    cases: Option<String>,
    /// Exit 1 also where a mapping, group or domain of a connection was used by no case
    #[arg(long, requires = "cases", conflicts_with_all = ["set", "attributes", "claims", "subject"])]
    require_coverage: bool,
}

impl Args {
    /// A table of tests, and not one login.
    pub(super) fn is_report_of_tests(&self) -> bool {
        self.cases.is_some()
    }
}

/// Asks the rules.
pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Verdict> {
    let inputs = [&args.attributes, &args.claims, &args.directory, &args.cases];
    if inputs.into_iter().flatten().filter(|file| *file == "-").count() > 1 {
        return Err(Failure::usage("stdin-twice", "standard input can be one file only")
            .hint("write one of the two into a file")
            .into());
    }
    if let Some(file) = &args.cases {
        let asked = table_test::Asked {
            file,
            connection: args.name.as_ref(),
            directory: args.directory.as_deref(),
            require_coverage: args.require_coverage,
        };
        return table_test::run(&asked, context);
    }
    let Some(name) = &args.name else {
        return Err(Failure::usage("login-nobody", "no connection is named").into());
    };
    let prepared = Prepared::new(name, context)?;
    if args.set.is_empty() && args.attributes.is_none() && args.claims.is_none() && args.subject.is_none() {
        return Err(Failure::usage("login-nobody", "nothing says who logs in")
            .hint("give what the identity provider sends: `--set NAME=VALUE`, `--attributes FILE` or `--claims FILE`")
            .into());
    }
    let mut identity = match (&args.attributes, &args.claims) {
        (Some(file), _) => identity::attributes(&identity::read(file)?, identity::shown(file))?,
        (None, Some(file)) => {
            let (identity, left_out) = identity::claims(&identity::read(file)?, identity::shown(file))?;
            if !left_out.is_empty() {
                context.ui.warning(&format!("claims left out, lists of objects: {}", left_out.join(", ")));
            }
            identity
        }
        (None, None) => crate::model::identity::Identity::default(),
    };
    identity::set(&mut identity, &args.set)?;
    if let Some(subject) = &args.subject {
        identity.subject = Some(subject.clone());
    }
    let accounts = match &args.directory {
        Some(file) => Some(prepared::directory(Path::new(file), context)?),
        None => None,
    };
    let setting = prepared.rules().setting();
    let decision = prepared.rules().engine(&setting, accounts.as_ref()).decide(&identity);
    if context.format == Format::Json {
        let mut document = page::document(&decision, &prepared);
        document["schema"] = "ssoctl.login-simulate/1".into();
        context.ui.json(&document)?;
    } else {
        context.ui.data(&page::page(&decision, &prepared))?;
    }
    Ok(if decision.verdict == Decided::Deny { Verdict::Findings } else { Verdict::Done })
}
