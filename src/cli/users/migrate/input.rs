//! What a plan is made of: the roster, the accounts, and how the new name is made at this vendor.

use crate::cli::context::Context;
use crate::cli::users::drive;
use crate::cli::users::listed;
use crate::cli::users::migrate::Args;
use crate::cli::users::migrate::MatchBy;
use crate::cli::users::progress::Bar;
use crate::cli::users::reading;
use crate::cli::users::reading::Speed;
use crate::error::Failure;
use crate::error::Result;
use crate::migrate::apply::call::Caller;
use crate::migrate::directory::Accounts;
use crate::migrate::directory::Fact;
use crate::migrate::directory::Keep;
use crate::migrate::directory;
use crate::migrate::plan::Head;
use crate::migrate::plan::Job;
use crate::migrate::plan::NameRule;
use crate::migrate::plan::draw::Options;
use crate::migrate::plan::form::Form;
use crate::migrate::plan::method::Methods;
use crate::migrate::roster::Columns;
use crate::migrate::roster::Roster;
use crate::migrate::roster;
use crate::migrate::threads::both;
use crate::model::UserId;
use crate::model::connection::KeyField;
use crate::model::username::UsernameRule;
use crate::model::username;
use crate::provider::Vendor;
use crate::provider;
use crate::workspace::Loaded;
use crate::workspace::Workspace;

/// What a plan is made of.
pub(super) struct Input {
    pub(super) roster: Roster,
    pub(super) accounts: Accounts,
    pub(super) rule: NameRule,
    pub(super) head: Head,
    pub(super) options: Options,
    /// Where the vendor was asked.
    pub(super) speed: Option<Speed>,
}

/// How the new name is made at this vendor, before the tenant is known.
struct Maker<'a> {
    loaded: &'a Loaded,
    vendor: &'a Vendor,
    key: KeyField,
    rule: UsernameRule,
    form: Option<Form>,
}

impl Maker<'_> {
    /// `emails`: an address may tell whose an account is.
    fn keep(&self, args: &Args, emails: bool) -> Keep {
        let found_by = args.match_by.map_or(Fact::Username, MatchBy::fact);
        let keep = Keep::new(found_by, self.key, &self.form.as_ref().map(Form::facts).unwrap_or_default());
        if emails { keep.with_email() } else { keep }
    }

    fn columns(&self, args: &Args) -> Columns {
        let form = self.form.as_ref();
        Columns {
            old: args.old_column.clone(),
            new: args.new_column.clone(),
            encoding: args.encoding.clone(),
            without_value: form.is_some_and(|form| !form.has_value()),
            further: form.map(Form::columns).unwrap_or_default(),
        }
    }

    /// The rule at this tenant; refuses a form of which nobody knows a name.
    fn rule(&self, roster: &Roster, brand_id: Option<&str>) -> Result<NameRule> {
        let settings = &self.loaded.connection.settings;
        let setting = |name: &str| match (name, brand_id) {
            ("brand_id", Some(brand_id)) => Some(brand_id.to_owned()),
            _ => self.vendor.fact(settings, name),
        };
        if let Some(missing) =
            username::names(&self.rule.form).into_iter().find(|name| *name != "value" && setting(name).is_none())
        {
            let (code, what) = if missing == "brand_id" { ("brand-unknown", "its brand ID") } else { ("form-setting", missing) };
            return Err(Failure::input(code, format!("`{}` does not say {what}", self.loaded.name))
                .hint(format!(
                    "`ssoctl connection set {} settings.{missing}=..`; names at {} are made of it",
                    self.loaded.name, self.vendor.title
                ))
                .into());
        }
        let mut rule = NameRule::new(self.rule.clone(), &setting);
        if self.key == KeyField::ExternalId
            && let Some(most) = self.vendor.field("attributes.external_id").and_then(|field| field.max_length)
        {
            rule = rule.with_longest(most);
        }
        let Some(form) = &self.form else { return Ok(rule) };
        let names: Vec<&str> = self.vendor.settings().map(|field| field.key()).collect();
        form.bind(rule, &self.rule.form, roster, &setting, &names)
    }
}

/// Reads roster and user list.
pub(super) fn input(args: &Args, loaded: &Loaded, workspace: &Workspace, context: &Context) -> Result<Input> {
    let vendor = context.vendor(&loaded.connection.provider)?;
    let key = provider::written_field(&vendor, loaded.connection.directory.as_ref());
    let rule = match key {
        // A plan from a file is carried out by a file or by hand where there is no API.
        KeyField::Username if args.directory.is_some() => provider::rule_by_hand(&vendor),
        KeyField::Username => provider::username_rule(&vendor).map_err(|error| by_file(error, args, &vendor))?,
        KeyField::ExternalId => {
            UsernameRule { form: "{value}".to_owned(), refused_characters: String::new(), shape: None }
        }
    };
    let form = args.form.as_deref().map(Form::parse).transpose()?;
    let maker = Maker { loaded, vendor: &vendor, key, rule, form };
    let read_roster = || {
        roster::read(&listed::bytes(&args.csv)?, listed::shown(&args.csv), &maker.columns(args))
    };
    let tell = |roster: &Roster| {
        for finding in &roster.findings {
            context.ui.finding(finding);
        }
    };
    let options = Options {
        accept_look_alikes: args.accept_look_alikes,
        third_names: !args.no_temporary_names,
        just_in_time: loaded.connection.provisioning.just_in_time,
        methods: Methods::of(&vendor.migration_methods),
    };
    match &args.directory {
        Some(file) => {
            let read_list = || directory::read_file(&listed::bytes(file)?, listed::shown(file), maker.keep(args, true));
            let (roster, accounts) = both(read_roster, read_list);
            let roster = roster?;
            tell(&roster);
            let rule = maker.rule(&roster, None)?;
            let head = head_of_file(file, loaded, key, context);
            Ok(Input { roster, accounts: accounts?, rule, head, options, speed: None })
        }
        None => {
            let roster = read_roster()?;
            tell(&roster);
            // Looked at before the vendor is asked for a long list, with a brand that stands for its own.
            maker.rule(&roster, Some("brand"))?;
            let (accounts, head, speed) = from_vendor(args, (&maker, roster.has_emails()), workspace, context)?;
            let rule = maker.rule(&roster, Some(&head.brand_id))?;
            Ok(Input { roster, accounts, rule, head, options, speed: Some(speed) })
        }
    }
}

/// Where no API renames, an exported list is the way, and the hint says so with the words that were typed.
fn by_file(error: anyhow::Error, args: &Args, vendor: &Vendor) -> anyhow::Error {
    let hint = format!(
        "export the user list at {} and plan against it: `ssoctl users migrate --csv {} --connection {} --directory EXPORT`",
        vendor.title, args.csv, args.connection
    );
    match error.downcast::<Failure>() {
        Ok(failure) => failure.hint(hint).into(),
        Err(error) => error,
    }
}

fn head_of_file(file: &str, loaded: &Loaded, key: KeyField, context: &Context) -> Head {
    Head {
        job: Job::Rename,
        provider: loaded.connection.provider.clone(),
        connection: loaded.name.to_string(),
        brand_id: loaded.connection.settings.get("brand_id").cloned().unwrap_or_default(),
        key,
        origin: format!("file {file}"),
        // Nobody's own account: such a plan is looked at and never applied.
        operator_id: UserId(String::new()),
        data_center: None,
        created: context.now,
    }
}

fn from_vendor(
    args: &Args,
    (maker, emails): (&Maker<'_>, bool),
    workspace: &Workspace,
    context: &Context,
) -> Result<(Accounts, Head, Speed)> {
    let loaded = maker.loaded;
    let whole = |caller: &mut Caller<'_>, bar: &Bar| {
        directory::collect(caller, maker.keep(args, emails), |count| bar.progress(format!("reading the user list: {count}")))
    };
    let read = reading::from_vendor(loaded, args.run.request_timeout, workspace, context, whole)?;
    if read.key != maker.key {
        return Err(Failure::bug("the vendor's adapter writes another field than the plan is made for").into());
    }
    let head = Head {
        job: Job::Rename,
        provider: loaded.connection.provider.clone(),
        connection: loaded.name.to_string(),
        brand_id: read.operator.brand_id,
        key: read.key,
        origin: drive::origin(loaded),
        operator_id: read.operator.user_id,
        data_center: read.operator.data_center,
        created: context.now,
    };
    Ok((read.list, head, read.speed))
}
