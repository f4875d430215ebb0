//! `--list`: the entities of a federation's document, all or those that are searched for.

use crate::cli::table;
use crate::report::inspect::rows::few;
use crate::saml::metadata::Document;
use crate::saml::metadata::RoleKind;
use crate::saml::metadata::Scope;
use crate::saml::metadata::Summary;
use crate::saml::metadata::search::Listed;
use crate::saml::metadata::search::Query;

/// Flags that go with `--list`.
#[derive(clap::Args, Clone, Debug)]
#[group(id = "list-flags")]
pub(crate) struct Flags {
    /// List entities with this text in entity ID, name (in any language), scope or registrar
    #[arg(long, value_name = "TEXT", requires = "list")]
    search: Option<String>,
    /// List entities that have this role
    #[arg(long, value_enum, requires = "list")]
    role: Option<Role>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Role {
    Idp,
    Sp,
}

impl Flags {
    /// What is to be found.
    pub(crate) fn query(&self) -> Query {
        let role = self.role.map(|role| match role {
            Role::Idp => RoleKind::Idp,
            Role::Sp => RoleKind::Sp,
        });
        Query::new(self.search.as_deref(), role)
    }

    /// The list as a table.
    pub(crate) fn page(&self, document: &Document) -> String {
        let query = self.query();
        let row = |other: &Summary| {
            let nothing = Listed::default();
            let listed = other.listed.as_deref().unwrap_or(&nothing);
            vec![
                table::cell(other.entity_id.as_deref().unwrap_or_default()),
                few(other.roles.iter().map(RoleKind::element)),
                self.names(other, listed, &query),
                few(listed.scopes.iter().map(|Scope { text, .. }| text.as_str())),
                listed.registration_authority.clone().unwrap_or_default(),
            ]
        };
        let rows: Vec<Vec<String>> = document.others.iter().map(row).collect();
        table::listing(&["entity id", "roles", "name", "scopes", "registered by"], &rows)
    }

    /// The names that were found, so that it is seen why it is listed; else the usual one.
    fn names(&self, other: &Summary, listed: &Listed, query: &Query) -> String {
        let mut found: Vec<&str> = Vec::new();
        for name in listed.display_names.iter().filter(|name| self.search.is_some() && query.has(&name.text)) {
            if !found.contains(&name.text.as_str()) {
                found.push(&name.text);
            }
        }
        if found.is_empty() { other.display_name.clone().unwrap_or_default() } else { few(found) }
    }
}
