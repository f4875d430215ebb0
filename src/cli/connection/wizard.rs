//! The questions of `connection add` at a terminal: only what no flag has answered and no document
//! gives, section by section of the vendor's page, in the vendor's own words.

mod question;
mod script;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::cli::connection::add;
use crate::cli::connection::add::Args;
use crate::cli::connection::add::Draft;
use crate::cli::connection::add::documents;
use crate::cli::connection::add::documents::Documents;
use crate::cli::connection::add::form;
use crate::cli::connection::add::form::Form;
use crate::cli::connection::wizard::question::Ask;
use crate::cli::connection::wizard::question::Line;
use crate::cli::connection::wizard::question::Question;
use crate::cli::context::Context;
use crate::cli::interrupt;
use crate::cli::ui;
use crate::error::Failure;
use crate::error::Result;
use crate::error::failure_of;
use crate::finding::Finding;
use crate::provider::Vendor;
use crate::provider::profile::Kind;

/// The vendor, where no flag names it.
const PROVIDER: &str = "?provider";
/// Whether the file is written.
const WRITE: &str = "?write";

/// Asks until the file is agreed to.
pub(crate) fn run(args: &Args, form: Form, context: &Context) -> Result<(Arc<Vendor>, Draft, Documents)> {
    interrupt::ends_the_questions()?;
    let vendor = args.provider.as_deref().map(|id| context.vendor(id)).transpose()?;
    let mut wizard = Wizard {
        args,
        context,
        vendor,
        flags: form.clone(),
        form,
        documents: None,
        choose_entity: false,
        history: Vec::new(),
        earlier: BTreeMap::new(),
        told: BTreeSet::new(),
    };
    context.ui.note("an empty answer takes what stands in brackets, or leaves the field out; `-` leaves it out; `<` goes back, `quit` ends and writes nothing", 0);
    loop {
        let Some(question) = wizard.next()? else { continue };
        if !wizard.ask(&question)? {
            continue;
        }
        if question.key == WRITE {
            if wizard.form.get(WRITE) != Some("yes") {
                return Err(ended());
            }
            let draft = wizard.draft(&wizard.form)?;
            let documents = wizard.documents(&wizard.form)?;
            let vendor = wizard.vendor.clone().ok_or_else(|| Failure::bug("no vendor was chosen"))?;
            // Told before the question.
            return Ok((vendor, Draft { findings: Vec::new(), ..draft }, documents));
        }
    }
}

/// A file without the lines of its certificates that nobody reads.
fn without_bodies(text: &str) -> String {
    let mut shown: Vec<String> = Vec::new();
    let mut body = false;
    for line in text.lines() {
        body = body && !line.contains("-----END");
        match (body, shown.last()) {
            (true, Some(last)) if last.trim() == "..." => {}
            (true, _) => shown.push(format!("{}...", " ".repeat(line.len() - line.trim_start().len()))),
            (false, _) => shown.push(line.to_owned()),
        }
        body = body || line.contains("-----BEGIN");
    }
    shown.join("\n")
}

fn ended() -> anyhow::Error {
    Failure::refused("not-confirmed", "nothing was written: it was not confirmed").into()
}

/// Where the questions stand.
struct Wizard<'a> {
    args: &'a Args,
    context: &'a Context,
    vendor: Option<Arc<Vendor>>,
    /// What flags have answered.
    flags: Form,
    /// That, and the answers so far.
    form: Form,
    /// What was read; by hand they are made anew each time.
    documents: Option<Documents>,
    /// The metadata has several identity providers.
    choose_entity: bool,
    /// Keys in the order they were answered.
    history: Vec<String>,
    /// What was answered before going back.
    earlier: BTreeMap<String, String>,
    /// Titles of sections that were shown.
    told: BTreeSet<String>,
}

impl Wizard<'_> {
    /// The next question; `None` where something was done that changes which it is.
    fn next(&mut self) -> Result<Option<Question>> {
        let Some(vendor) = self.vendor.clone() else {
            let all = self.context.vendors()?.all()?;
            let choices = all.into_iter().map(|vendor| (vendor.id.clone(), vendor.title.clone())).collect();
            return Ok(Some(Question::own(PROVIDER, "Vendor", Ask::Choice { choices, open: false })));
        };
        let Some(kind) = self.form.kind() else {
            let kinds = script::kinds(&vendor);
            return match kinds.as_slice() {
                [] => Err(Failure::input("protocol-unsupported", format!("nothing is known of how users log in to {}", vendor.title)).into()),
                // There is no choice.
                [(word, label)] => {
                    self.context.ui.note(&format!("{} offers {label} only", vendor.title), 0);
                    self.form.answer(form::KIND, vec![word.clone()]);
                    Ok(None)
                }
                _ => Ok(Some(Question::own(form::KIND, "Kind of connection", Ask::Choice { choices: kinds, open: false }))),
            };
        };
        if !self.history.iter().any(|key| key == form::KIND) {
            form::offered(&vendor, kind)?;
            self.args.refuse_of_other_kinds(&self.form, kind)?;
        }
        if let Some(question) = script::source(&self.form, kind, self.choose_entity) {
            return Ok(Some(question));
        }
        if self.documents.is_none() && self.form.get(form::SOURCE) != Some("hand") {
            self.read_documents(&vendor, kind)?;
            return Ok(None);
        }
        if self.told.is_empty() {
            // What flags have wrong ends it here; from now on it is an answer that is wrong.
            self.draft(&self.form)?;
        }
        let documents = self.documents(&self.form)?;
        let base = add::base(self.args, kind, &documents, &vendor);
        let mut script = script::Script { vendor: &vendor, kind, form: &self.form, base: &base, name: self.args.name.as_str() };
        for section in script.sections() {
            let next = script.next(section)?;
            if self.told.insert(section.title.clone()) {
                let facts = script.facts(section, &self.flags)?;
                if next.is_some() || !facts.is_empty() {
                    self.context.ui.note(&format!("\n{}", section.title), 0);
                    if let Some(note) = section.note.as_ref().filter(|_| next.is_some()) {
                        self.context.ui.note(note, 2);
                    }
                    facts.iter().for_each(|fact| self.context.ui.note(fact, 2));
                }
            }
            if let Some(question) = next {
                return Ok(Some(question));
            }
        }
        match script.beside_the_page() {
            Some(question) => Ok(Some(question)),
            None => self.review().map(Some),
        }
    }

    /// Shows the file and what is to be said of it.
    fn review(&self) -> Result<Question> {
        let draft = self.draft(&self.form)?;
        self.context.ui.status(&format!("\n{}", without_bodies(&draft.text)));
        self.context.ui.findings(&draft.findings);
        let path = format!("connections/{}.yaml", self.args.name);
        let ask = Ask::Choice { choices: vec![("yes".to_owned(), "write it".to_owned()), ("no".to_owned(), "end and write nothing".to_owned())], open: false };
        let errors = draft.errors().count();
        Ok(if errors == 0 {
            Question { default: Some("yes".to_owned()), ..Question::own(WRITE, &format!("Write `{path}`?"), Ask::YesNo) }
        } else {
            let noun = if errors == 1 { "error" } else { "errors" };
            Question {
                ask: Ask::Choice { choices: Vec::new(), open: false },
                required: Some(format!("{errors} {noun}, told above: `<` goes back to mend them, `quit` ends")),
                ..Question::own(WRITE, &format!("{errors} {noun}: `<` or `quit`"), ask)
            }
        })
    }

    /// Asks until there is an answer that can be; false where it went back.
    fn ask(&mut self, question: &Question) -> Result<bool> {
        let ui = &self.context.ui;
        let question = Question { default: self.earlier.get(&question.key).or(question.default.as_ref()).cloned(), ..question.clone() };
        question.help.iter().for_each(|line| ui.note(line, 2));
        question.choices().iter().for_each(|line| ui.note(line, 0));
        loop {
            let Some(typed) = ui.line(&question.line())? else {
                return Err(Failure::refused("question-unanswered", "nothing was written: the question was not answered")
                    .hint("every question has a flag; `--help` lists them")
                    .into());
            };
            let typed = question.whole(typed, || ui.line(""))?;
            let values = match question.read(&typed) {
                Ok(Line::Values(values)) => values,
                Ok(Line::Quit) => return Err(ended()),
                Ok(Line::Back) => {
                    if self.back() {
                        return Ok(false);
                    }
                    ui.error("this is the first question");
                    continue;
                }
                Err(why) => {
                    ui.error(&why);
                    continue;
                }
            };
            if let Err(why) = self.accept(&question, values) {
                ui.error(&why);
                continue;
            }
            return Ok(true);
        }
    }

    /// Takes an answer, unless something is wrong that was not before.
    fn accept(&mut self, question: &Question, values: Vec<String>) -> std::result::Result<(), String> {
        let key = &question.key;
        if key == PROVIDER {
            let id = values.first().cloned().unwrap_or_default();
            self.vendor = Some(self.context.vendor(&id).map_err(|error| question::told(&error))?);
        }
        let mut tried = self.form.clone();
        tried.answer(key, values.clone());
        if let (form::KIND, Some(kind)) = (key.as_str(), tried.kind()) {
            self.args.refuse_of_other_kinds(&tried, kind).map_err(|error| question::told(&error))?;
        }
        if !key.starts_with('?') {
            let errors = |draft: &Draft| -> Vec<Finding> { draft.errors().cloned().collect() };
            let before = self.draft(&self.form).map(|draft| errors(&draft)).unwrap_or_default();
            let after = errors(&self.draft(&tried).map_err(|error| question::told(&error))?);
            let known = |new: &Finding| before.iter().any(|old| old.code == new.code && old.message == new.message);
            // What is not yet there is asked for later.
            if let Some(new) = after.iter().find(|finding| !known(finding) && !values.is_empty()) {
                return Err(new.message.clone());
            }
        }
        self.form = tried;
        self.history.push(key.clone());
        Ok(())
    }

    /// Undoes the last answer; false where there is none.
    fn back(&mut self) -> bool {
        let Some(key) = self.history.pop() else { return false };
        let separator = self.vendor.as_ref().and_then(|vendor| vendor.field(&key)?.separator.clone());
        let earlier = self.form.list(&key).join(separator.as_deref().unwrap_or(","));
        if !earlier.is_empty() && !earlier.contains('\n') {
            self.earlier.insert(key.clone(), earlier);
        }
        self.form.forget(&key);
        match key.as_str() {
            PROVIDER => {
                self.vendor = None;
                self.documents = None;
                self.told.clear();
                self.form.forget(form::KIND);
                if let Some(kind) = self.flags.get(form::KIND) {
                    self.form.answer(form::KIND, vec![kind.to_owned()]);
                }
            }
            form::KIND | form::SOURCE | form::METADATA | form::DISCOVERY => {
                self.documents = None;
                self.choose_entity = false;
                self.told.clear();
            }
            form::ENTITY => {
                self.documents = None;
                self.told.clear();
            }
            _ => {}
        }
        true
    }

    /// Reads what was named; where an answer named it, it is asked for again when it cannot be read.
    fn read_documents(&mut self, vendor: &Vendor, kind: Kind) -> Result<()> {
        let error = match documents::read(self.args, &self.form, kind, vendor, self.context) {
            Ok(documents) => {
                self.documents = Some(documents);
                return Ok(());
            }
            Err(error) => error,
        };
        let choice = failure_of(&error).is_some_and(|failure| failure.code() == "entity-choice");
        if choice && self.form.get(form::ENTITY).is_none() {
            ui::tell_failure(&error);
            self.choose_entity = true;
            return Ok(());
        }
        let last = self.history.last().cloned().unwrap_or_default();
        if ![form::METADATA, form::DISCOVERY, form::ENTITY].contains(&last.as_str()) {
            return Err(error);
        }
        ui::tell_failure(&error);
        self.back();
        self.earlier.remove(&last);
        Ok(())
    }

    fn documents(&self, form: &Form) -> Result<Documents> {
        if let Some(documents) = &self.documents {
            return Ok(documents.clone());
        }
        let (Some(vendor), Some(kind)) = (&self.vendor, form.kind()) else { return Ok(Documents::default()) };
        documents::read(self.args, form, kind, vendor, self.context)
    }

    fn draft(&self, form: &Form) -> Result<Draft> {
        let (Some(vendor), Some(kind)) = (&self.vendor, form.kind()) else {
            return Err(Failure::bug("a draft before the kind is known").into());
        };
        add::draft(self.args, form, kind, &self.documents(form)?, vendor, self.context)
    }
}
