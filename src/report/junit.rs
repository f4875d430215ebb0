//! JUnit XML: what test runners of every make write, and every CI shows. No times are in it, so
//! that the same results are the same bytes. The schema is that of Jenkins' xUnit plugin (junit-10.xsd), which knows
//! the file of a suite and no line of a test: that one begins the text of a failure.

use crate::error::Result;
use crate::model::printable;
use crate::xml::writer;
use crate::xml::writer::Element;

/// Tests under one name.
pub(crate) struct Suite {
    /// Its name.
    pub(crate) name: String,
    /// The file that its tests are of.
    pub(crate) file: Option<String>,
    /// In order.
    pub(crate) tests: Vec<Test>,
}

/// One test.
pub(crate) struct Test {
    /// What it shows.
    pub(crate) name: String,
    /// What it belongs to.
    pub(crate) class: String,
    /// Where it stands: file and line.
    pub(crate) place: Option<(String, u64)>,
    /// What came of it.
    pub(crate) outcome: Outcome,
    /// What else there is to say of it, a line each.
    pub(crate) notes: Vec<String>,
}

/// What came of a test.
pub(crate) enum Outcome {
    /// It holds.
    Passed,
    /// It does not, and that is known: why it does not count.
    Skipped(String),
    /// It does not.
    Failed(Failed),
}

/// Why a test fails.
pub(crate) struct Failed {
    /// In a clause.
    pub(crate) message: String,
    /// A stable word.
    pub(crate) kind: String,
    /// Everything there is to say.
    pub(crate) detail: String,
}

/// A whole document.
pub(crate) fn document(suites: &[Suite]) -> Result<String> {
    let failed = |suite: &Suite| suite.tests.iter().filter(|test| matches!(test.outcome, Outcome::Failed(_))).count();
    let skipped = |suite: &Suite| suite.tests.iter().filter(|test| matches!(test.outcome, Outcome::Skipped(_))).count();
    let tests: usize = suites.iter().map(|suite| suite.tests.len()).sum();
    let root = Element::new("testsuites")
        .attribute("tests", tests.to_string())
        .attribute("failures", suites.iter().map(failed).sum::<usize>().to_string())
        .attribute("errors", "0");
    let root = root.children(suites.iter().map(|suite| {
        Element::new("testsuite")
            .attribute("name", printable(&suite.name))
            .attribute("tests", suite.tests.len().to_string())
            .attribute("failures", failed(suite).to_string())
            .attribute("errors", "0")
            .attribute("skipped", skipped(suite).to_string())
            .optional("file", suite.file.as_ref().map(|file| printable(file)))
            .children(suite.tests.iter().map(test))
    }));
    writer::document(&root, &[])
}

fn test(test: &Test) -> Element {
    let element = Element::new("testcase")
        .attribute("classname", printable(&test.class))
        .attribute("name", printable(&test.name));
    let notes: Vec<String> = test.notes.iter().flat_map(|note| note.lines()).map(printable).collect();
    let notes = (!notes.is_empty()).then(|| Element::text("system-out", notes.join("\n")));
    let element = match &test.outcome {
        Outcome::Passed => element,
        Outcome::Skipped(why) => element.children([Element::new("skipped").attribute("message", printable(why))]),
        Outcome::Failed(failed) => {
            let place = test.place.as_ref().map(|(file, line)| format!("{file}:{line}"));
            let detail: Vec<String> =
                place.iter().map(String::as_str).chain(failed.detail.lines()).map(printable).collect();
            element.children([Element::text("failure", detail.join("\n"))
                .attribute("message", printable(&failed.message))
                .attribute("type", printable(&failed.kind))])
        }
    };
    element.children(notes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_right_and_markup_and_control_characters_stay_text() {
        let test = |name: &str, outcome: Outcome| Test {
            name: name.to_owned(),
            class: "c".to_owned(),
            place: Some(("a&b.yaml".to_owned(), 3)),
            outcome,
            notes: if name == "y" { vec!["<soon>\nor later".to_owned()] } else { Vec::new() },
        };
        let failed = Failed { message: "<no>".to_owned(), kind: "k".to_owned(), detail: "a\n]]>\u{1b}[31m".to_owned() };
        let suite = Suite {
            name: "s".to_owned(),
            file: Some("a&b.yaml".to_owned()),
            tests: vec![
                test("x\"\u{0}", Outcome::Failed(failed)),
                test("y", Outcome::Passed),
                test("z", Outcome::Skipped("<later>".to_owned())),
            ],
        };
        insta::assert_snapshot!(document(&[suite]).unwrap(), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites tests="3" failures="1" errors="0">
          <testsuite name="s" tests="3" failures="1" errors="0" skipped="1" file="a&amp;b.yaml">
            <testcase classname="c" name="x&quot;\u{0}">
              <failure message="&lt;no&gt;" type="k">a&amp;b.yaml:3
        a
        ]]&gt;\u{1b}[31m</failure>
            </testcase>
            <testcase classname="c" name="y">
              <system-out>&lt;soon&gt;
        or later</system-out>
            </testcase>
            <testcase classname="c" name="z">
              <skipped message="&lt;later&gt;"/>
            </testcase>
          </testsuite>
        </testsuites>
        "#);
    }
}
