//! What each code means: a page for every code that a finding, a refusal, a row of a plan or a step of a login can
//! have, written for whoever meets it at night. The pages are Markdown files beside this one.

/// One page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    /// The code, `certificate-expiring`.
    pub(crate) code: &'static str,
    /// What was seen.
    pub(crate) what: &'static str,
    /// What goes wrong if nobody acts, and for whom.
    pub(crate) why: &'static str,
    /// The command or line that mends it.
    pub(crate) mend: &'static str,
    /// Where the rule is from: clause, seed, vendor's page.
    pub(crate) source: &'static str,
    /// The smallest input that brings it about, or what is shown then; indented by four spaces.
    pub(crate) example: &'static str,
}

/// By subject; the codes of a file are in alphabetical order.
const FILES: [&str; 11] = [
    include_str!("explain/pages/certificate.md"),
    include_str!("explain/pages/connection.md"),
    include_str!("explain/pages/directory.md"),
    include_str!("explain/pages/login.md"),
    include_str!("explain/pages/metadata.md"),
    include_str!("explain/pages/network.md"),
    include_str!("explain/pages/oidc.md"),
    include_str!("explain/pages/response.md"),
    include_str!("explain/pages/system.md"),
    include_str!("explain/pages/users.md"),
    include_str!("explain/pages/workspace.md"),
];

/// The labels of a page's fields, in their order.
const LABELS: [&str; 5] = ["What:", "Why:", "Mend:", "Source:", "Example:"];

/// All pages, file by file.
pub(crate) fn pages() -> impl Iterator<Item = Page> {
    FILES.iter().flat_map(|file| sections(file)).filter_map(page_of)
}

/// The page of a code.
pub(crate) fn page(code: &str) -> Option<Page> {
    pages().find(|page| page.code == code)
}

/// The texts that begin with `# `, each to the next.
fn sections(file: &'static str) -> impl Iterator<Item = &'static str> {
    file.split("\n# ").map(|section| section.strip_prefix("# ").unwrap_or(section))
}

/// A section whose fields are all there and in order.
fn page_of(section: &'static str) -> Option<Page> {
    let (code, rest) = section.split_once('\n')?;
    let mut starts = [0; LABELS.len()];
    let mut from = 0;
    for (start, label) in starts.iter_mut().zip(LABELS) {
        // A label begins a line.
        let at = rest[from..].match_indices(label).map(|(at, _)| from + at).find(|at| rest[..*at].ends_with('\n'))?;
        *start = at;
        from = at + label.len();
    }
    let field = |number: usize| {
        let end = starts.get(number + 1).copied().unwrap_or(rest.len());
        let text = &rest[starts[number] + LABELS[number].len()..end];
        // The lines of an example keep their indent.
        text.trim_end().trim_start_matches('\n')
    };
    Some(Page {
        code: code.trim(),
        what: field(0).trim_start(),
        why: field(1).trim_start(),
        mend: field(2).trim_start(),
        source: field(3).trim_start(),
        example: field(4),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_section_is_a_whole_page_and_no_code_has_two() {
        let mut seen = HashSet::new();
        for file in FILES {
            let mut last = "";
            for section in sections(file) {
                let code = section.lines().next().unwrap_or_default();
                let page =
                    page_of(section).unwrap_or_else(|| panic!("`{code}` lacks a field, or has them in another order"));
                assert!(last < page.code, "`{code}` comes after `{last}`");
                last = page.code;
                assert!(seen.insert(page.code), "`{code}` has two pages");
                for field in [page.what, page.why, page.mend, page.source, page.example] {
                    assert!(!field.is_empty(), "`{code}` has an empty field");
                }
                let lines = page.example.lines();
                assert!(
                    lines
                        .filter(|line| !line.is_empty())
                        .all(|line| line.starts_with("    ") && line.chars().count() <= 80),
                    "the example of `{code}` is not indented, or wider than a terminal"
                );
            }
        }
        assert!(seen.len() > 500, "{} pages", seen.len());
    }
}
