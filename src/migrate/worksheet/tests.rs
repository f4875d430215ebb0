use super::*;
use crate::model::UserId;
use crate::model::Username;
use crate::model::connection::KeyField;
use crate::provider::Account;

fn row(line: u64, id: &str, before: &str, after: &str, via: Option<&str>) -> Row {
    let json = serde_json::json!({
        "line": line, "user_id": id, "before": before, "after": after, "via": via,
        "outcome": "rename", "code": "rename", "detail": "",
    });
    serde_json::from_value(json).unwrap()
}

fn order(rows: &[Row]) -> Vec<String> {
    let entries = entries(rows).unwrap();
    // Carried out one after the other, no name is ever given to a second account.
    let mut names: Vec<&str> = rows.iter().map(|row| &*row.before).collect();
    for entry in &entries {
        assert!(!names.contains(&entry.to), "{} is not free", entry.to);
        let at = names.iter().position(|name| *name == entry.from).unwrap();
        names[at] = entry.to;
    }
    let after: Vec<&str> = rows.iter().map(|row| row.after.as_deref().unwrap()).collect();
    assert_eq!(names, after);
    entries.iter().map(|entry| format!("{} {}>{}", entry.part, entry.from, entry.to)).collect()
}

#[test]
fn a_name_is_given_when_its_holder_has_left_it() {
    let chain = [row(2, "1", "a", "b", None), row(3, "2", "b", "c", None), row(4, "3", "x", "y", None)];
    assert_eq!(order(&chain), ["1 b>c", "1 x>y", "2 a>b"]);
    let swap = [row(2, "1", "a", "b", Some("t")), row(3, "2", "b", "a", None)];
    assert_eq!(order(&swap), ["1 a>t", "2 b>a", "3 t>b"]);
    let round = [row(2, "1", "a", "b", Some("t")), row(3, "2", "b", "c", None), row(4, "3", "c", "a", None)];
    assert_eq!(order(&round), ["1 a>t", "2 c>a", "3 b>c", "4 t>b"]);
    let case = [row(2, "1", "Anna", "anna", None)];
    assert_eq!(order(&case), ["1 Anna>anna"]);
    let stuck = [row(2, "1", "a", "b", None), row(3, "2", "b", "a", None)];
    let error = entries(&stuck).unwrap_err();
    assert_eq!(crate::error::failure_of(&error).unwrap().code(), "worksheet-cycle");
    assert!(parts(&entries(&chain).unwrap()).unwrap().contains("the file has 2 parts"));
    assert_eq!(parts(&entries(&[row(2, "1", "a", "b", None)]).unwrap()), None);
}

#[test]
fn every_cell_that_would_be_computed_is_counted_and_the_first_are_named() {
    let rows = |cells: &[&str]| -> Vec<Vec<String>> { cells.iter().map(|cell| vec![(*cell).to_owned()]).collect() };
    assert_eq!(formulas(&rows(&["a", "b@x.example", ""])), None);
    assert!(formulas(&rows(&["a", "=b"])).unwrap().starts_with("1 cell looks like a formula (`=b`): "));
    let many = formulas(&rows(&["=dd@x.example", "+1", "@x", "a", "=HYPERLINK(1)"])).unwrap();
    assert!(many.starts_with("4 cells look like a formula (`=dd@x.example`, `+1`, `@x`, ..): "), "{many}");
}

#[test]
fn an_import_file_has_the_administrators_columns_and_no_others() {
    let rows = [row(2, "1", "a@x.example", "=b,c", None), row(3, "", "d@x.example", "e", None)];
    let export = Export::read(b"E-Mail,Title,ID\na@x.example,Ms,1\nd@x.example,Mr,\n", "export.csv").unwrap();
    let map = Map::parse("Login ID={after},\"Name, title\"={Title}-{line},Fixed=x,Old={before}").unwrap();
    let file = map.table(&map.rows(&entries(&rows).unwrap(), Some(&export)).unwrap()).unwrap();
    let text = String::from_utf8(file).unwrap();
    assert_eq!(text, "Login ID,\"Name, title\",Fixed,Old\n\"=b,c\",Ms-2,x,a@x.example\ne,Mr-3,x,d@x.example\n");
    assert!(map.uses("after") && !map.uses("email"));
    let kept = Map::read(b"column,value\nLogin ID,{after}\n", "map.csv").unwrap();
    assert_eq!(kept, Map::parse("Login ID={after}").unwrap());
    let code = |error: anyhow::Error| crate::error::failure_of(&error).unwrap().code();
    for bad in ["", "x", "={after}", "a={after},a={before}", "a={b}\nc={d}"] {
        assert_eq!(code(Map::parse(bad).unwrap_err()), "worksheet-columns", "{bad:?}");
    }
    assert_eq!(code(map.check(&["after"], None).unwrap_err()), "worksheet-columns");
    for (text, wanted) in [
        (&b""[..], "worksheet-map-empty"),
        (b"a,b\n1,2\n", "worksheet-map-column"),
        (b"column,value\n\"a,b\n", "worksheet-map-quote"),
        (b"column,value\n\xff,b\n", "worksheet-map-encoding"),
    ] {
        assert_eq!(code(Map::read(text, "map.csv").unwrap_err()), wanted);
    }
}

fn standing(rows: &[Row], list: &[(&str, &str)]) -> Vec<&'static str> {
    let accounts: Vec<Account> = list
        .iter()
        .map(|(id, name)| Account {
            id: UserId((*id).to_owned()),
            username: Username((*name).to_owned()),
            ..Account::default()
        })
        .collect();
    let checked = verify(rows, &accounts, KeyField::Username);
    for one in &checked {
        assert!(STANDINGS.iter().any(|(word, _)| *word == one.standing), "{one:?}");
    }
    checked.into_iter().map(|one| one.standing).collect()
}

#[test]
fn each_row_is_told_as_it_stands() {
    let rows = [
        row(2, "1", "a", "A1", None),
        row(3, "2", "b", "B1", None),
        row(4, "3", "c", "C1", Some("t")),
        row(5, "4", "d", "D1", None),
        row(6, "5", "e", "E1", None),
        row(7, "6", "f", "F1", None),
    ];
    let list = [("1", "A1"), ("2", "b"), ("3", "t"), ("4", "d1"), ("5", "x"), ("7", "E1")];
    assert_eq!(standing(&rows, &list), ["done", "not-yet", "half-way", "different", "duplicate", "gone"]);
    // By names alone a second account shows itself as the old and the new name side by side.
    let list = [("", "A1"), ("", "b"), ("", "t"), ("", "d1"), ("", "e"), ("", "E1")];
    assert_eq!(standing(&rows, &list), ["done", "not-yet", "half-way", "different", "duplicate", "gone"]);
}

#[test]
fn a_swap_that_is_under_way_is_no_duplicate() {
    let rows = [row(2, "1", "a", "b", Some("t")), row(3, "2", "b", "a", None)];
    assert_eq!(standing(&rows, &[("1", "a"), ("2", "b")]), ["not-yet", "not-yet"]);
    assert_eq!(standing(&rows, &[("1", "b"), ("2", "a")]), ["done", "done"]);
    assert_eq!(standing(&rows, &[("1", "t"), ("2", "b")]), ["half-way", "not-yet"]);
    assert_eq!(standing(&rows, &[("1", "t"), ("2", "a")]), ["half-way", "done"]);
    assert_eq!(standing(&rows, &[("1", "a"), ("2", "b"), ("9", "B")]), ["duplicate", "not-yet"]);
}
