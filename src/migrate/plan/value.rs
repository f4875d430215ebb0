//! From a roster's value to the username the vendor stores, or why not.

use crate::migrate::plan::fold;
use crate::migrate::shown;
use crate::model::username::UsernameRule;

/// How the vendor makes a username out of a value.
#[derive(Clone, Debug)]
pub(crate) struct NameRule {
    /// The vendor's rule, `{value}#{brand_id}`.
    pub(crate) rule: UsernameRule,
    /// The tenant.
    pub(crate) brand_id: String,
}

/// Why a row cannot be used: a code and a sentence.
pub(crate) type Fault = (&'static str, String);

/// Longer than any user store's key; a cell beyond it is a mistake of the export.
const LONGEST: usize = 255;

impl NameRule {
    /// What follows the value.
    pub(crate) fn suffix(&self) -> String {
        let after = self.rule.form.split_once("{value}").map_or("", |(_, after)| after);
        after.replace("{brand_id}", &self.brand_id)
    }

    /// The username of a value.
    fn render(&self, value: &str) -> String {
        let (before, after) = self.rule.form.split_once("{value}").unwrap_or(("", ""));
        let tenant = |part: &str| part.replace("{brand_id}", &self.brand_id);
        format!("{}{value}{}", tenant(before), tenant(after))
    }

    /// The username that a roster's value stands for, or the fault of the value.
    pub(crate) fn username(&self, value: &str) -> Result<String, Fault> {
        if value.is_empty() {
            return Err(("value-empty", "the new value is empty".to_owned()));
        }
        plain(value).map_err(|why| ("value-characters", format!("the new value {} {why}", shown(value))))?;
        if value.trim() != value {
            return Err((
                "value-has-outer-space",
                format!("the new value {} starts or ends with a space, and nothing is trimmed silently", shown(value)),
            ));
        }
        let suffix = self.suffix();
        if !suffix.is_empty() && fold::key(value).ends_with(&*fold::key(&suffix)) {
            let bare: String =
                value.chars().take(value.chars().count().saturating_sub(suffix.chars().count())).collect();
            return Err((
                "value-has-suffix",
                format!(
                    "the new value {} carries the suffix {} already, which is added to it: write {}",
                    shown(value),
                    shown(&suffix),
                    shown(&bare)
                ),
            ));
        }
        // The character that parts value and tenant must not be in the value.
        if let Some(separator) = suffix.chars().next().filter(|c| !c.is_alphanumeric())
            && let Some((head, tail)) = value.split_once(separator)
        {
            let foreign = !head.is_empty()
                && !tail.is_empty()
                && tail.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
            return Err(if foreign {
                (
                    "value-has-other-suffix",
                    format!(
                        "the new value {} carries the suffix of another tenant, {}; this one's is {}",
                        shown(value),
                        shown(&format!("{separator}{tail}")),
                        shown(&suffix)
                    ),
                )
            } else {
                (
                    "value-has-separator",
                    format!("the new value {} has a `{separator}`, which parts value and tenant", shown(value)),
                )
            });
        }
        self.rule
            .check_value(value)
            .map_err(|why| ("value-refused", format!("the new value {}: {why}", shown(value))))?;
        let username = self.render(value);
        if username.chars().count() > LONGEST {
            return Err((
                "value-too-long",
                format!("the new username {} is longer than {LONGEST} characters", shown(&username)),
            ));
        }
        Ok(username)
    }
}

/// Refuses an old username that no account can have been meant by.
pub(crate) fn check_old(old: &str) -> Result<(), Fault> {
    if old.is_empty() {
        return Err(("old-empty", "the old username is empty".to_owned()));
    }
    if old.len() > 4 * LONGEST {
        return Err(("old-too-long", format!("the old username {} is longer than any account's", shown(old))));
    }
    if old.chars().any(char::is_control) {
        return Err((
            "old-characters",
            format!("the old username {} has a line break or control character", shown(old)),
        ));
    }
    if old.contains('\u{FFFD}') {
        return Err(("old-characters", format!("the old username {} {DAMAGED}", shown(old))));
    }
    Ok(())
}

const DAMAGED: &str = "has a replacement character: letters were lost when the file was made";

fn plain(value: &str) -> Result<(), String> {
    if value.contains('\u{FFFD}') {
        return Err(DAMAGED.to_owned());
    }
    // A space at either end has a fault of its own.
    let odd = |c: char| fold::hidden(c) || (c.is_whitespace() && c != ' ');
    match value.trim().chars().find(|c| odd(*c)) {
        Some(c) => Err(format!("has the character U+{:04X}, which does not show", u32::from(c))),
        None => Ok(()),
    }
}
