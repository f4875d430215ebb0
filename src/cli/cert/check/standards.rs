//! By what `cert check` judges: flags, before what `ssoctl.yaml` says of the connection, of its provider, and of all.

use crate::cert::judge::Status;
use crate::check::policy;
use crate::check::policy::Rules;
use crate::check::policy::Tell;
use crate::cli::cert::check::Args;
use crate::cli::context::Context;
use crate::error::Kind;
use crate::error::Result;
use crate::error::failure_of;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::model::ConnectionName;
use crate::report::certificates::Counted;
use crate::workspace::Policy;
use crate::workspace::Ruling;
use crate::workspace::Target;
use crate::workspace::Workspace;

/// What holds in this run.
pub(super) struct Standards {
    policy: Policy,
    flags: Target,
    /// What the workspace makes of findings.
    pub(super) rules: Rules,
    workspace: Option<Workspace>,
}

impl Standards {
    /// A workspace is needed only for connections.
    pub(super) fn of(args: &Args, context: &Context) -> Result<Self> {
        let workspace = match context.workspace() {
            Ok(workspace) => Some(workspace),
            Err(error) if failure_of(&error).is_some_and(|failure| failure.code() == "workspace-not-found") => None,
            Err(error) => return Err(error),
        };
        let flags = Target {
            warn_days: args.warn_days,
            fail_days: args.fail_days,
            certificate_validity: args.certificate_validity.map(Into::into),
        };
        flags.check(Kind::Usage, "the command line")?;
        let rules = workspace.as_ref().map(|workspace| Rules::of(workspace, context.now)).transpose()?.unwrap_or_default();
        let policy = workspace.as_ref().map(|workspace| workspace.config.policy.clone()).unwrap_or_default();
        Ok(Self { policy, flags, rules, workspace })
    }

    /// What holds for no connection.
    pub(super) fn general(&self) -> Ruling {
        self.under(self.policy.general())
    }

    /// What holds for a connection.
    pub(super) fn connection(&self, name: &ConnectionName, provider: &str) -> Ruling {
        self.under(self.policy.of(name.as_str(), provider))
    }

    fn under(&self, ruling: Ruling) -> Ruling {
        ruling.under(&self.flags, "--certificate-validity")
    }

    /// Which of the remarks on a connection decides, each weighed by what `ssoctl.yaml` says of its own code.
    pub(super) fn decided(&mut self, remarks: &[(Status, &'static str)], name: &str, file: Option<&str>) -> Counted {
        Counted::worst(remarks.iter().map(|(status, code)| {
            let severity = match status {
                Status::Ok => Severity::Info,
                Status::Warn => Severity::Warning,
                Status::NotYetValid | Status::Fail | Status::Expired | Status::Unreadable => Severity::Error,
            };
            let finding = Finding::new(code, severity, "").of(name);
            let mut finding = if *status == Status::Unreadable { finding.kept() } else { finding };
            self.rules.apply(&mut finding, file);
            Counted::of(*status, severity, &finding)
        }))
    }

    /// What is to be said of the entries of `ssoctl.yaml`; all names in it are looked at where everything is.
    pub(super) fn told(&mut self, everything: bool, context: &Context) -> Result<Vec<Finding>> {
        let Some(workspace) = &self.workspace else { return Ok(Vec::new()) };
        let (names, _) = workspace.listing()?;
        let names: Vec<&str> = names.iter().map(ConnectionName::as_str).collect();
        let vendors: Vec<&str> = context.vendors()?.ids().collect();
        let tell = if everything { Tell::MetAndNames } else { Tell::Met };
        let mut told: Vec<Finding> = if everything { policy::folder(workspace).into_iter().collect() } else { Vec::new() };
        for finding in &mut told {
            self.rules.apply(finding, None);
        }
        told.extend(self.rules.told(tell, &names, &vendors));
        Ok(told)
    }
}
