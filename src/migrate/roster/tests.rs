//! Files as spreadsheets and user stores write them.

use super::*;
use crate::error::failure_of;

fn read_as(bytes: &[u8], encoding: Option<&str>) -> Result<Roster> {
    read(bytes, "users.csv", &Columns { encoding: encoding.map(ToOwned::to_owned), ..Columns::default() })
}

fn rows(bytes: &[u8]) -> Vec<(u64, String, String)> {
    let roster = read_as(bytes, None).unwrap();
    roster.rows().map(|row| (row.line, row.old.to_owned(), row.new.to_owned())).collect()
}

fn refusal(bytes: &[u8]) -> (&'static str, String, String) {
    let error = read_as(bytes, None).unwrap_err();
    let failure = failure_of(&error).unwrap();
    (failure.code(), failure.to_string(), failure.hints().join("; "))
}

fn findings(bytes: &[u8]) -> Vec<(&'static str, Option<u64>)> {
    let roster = read_as(bytes, None).unwrap();
    roster.findings.iter().map(|one| (one.code, one.place.as_ref().and_then(|place| place.line))).collect()
}

fn row(line: u64, old: &str, new: &str) -> (u64, String, String) {
    (line, old.to_owned(), new.to_owned())
}

#[test]
fn reads_what_spreadsheets_write() {
    let expected = [row(2, "zoë", "001"), row(3, "b", "2")];
    let plain = "username;employee_id\r\nzoë;001\r\nb;2\r\n";
    assert_eq!(rows(plain.as_bytes()), expected);
    assert_eq!(rows(format!("\u{feff}{plain}").as_bytes()), expected);
    assert_eq!(rows(plain.replace(';', "\t").as_bytes()), expected);
    assert_eq!(rows(plain.replace("\r\n", "\r").as_bytes()), expected);
    assert_eq!(rows(plain.replace("\r\n", "\n").trim_end().as_bytes()), expected);
    for (big, mark) in [(false, true), (true, true), (false, false), (true, false)] {
        let text = format!("{}{plain}", if mark { "\u{feff}" } else { "" });
        let units = text.encode_utf16();
        let bytes: Vec<u8> = units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect();
        assert_eq!(rows(&bytes), expected, "{big} {mark}");
    }
    assert_eq!(rows(b"sep=|\r\nlogin|new\r\na|1\r\n"), [row(3, "a", "1")]);
}

#[test]
fn a_record_has_the_line_on_which_it_starts() {
    let text = "id,note,login,new\n1,\"one\ntwo\r\nthree\",a,7\n\n\n2,,\"b\nc\",8\n,,,\n3,x,d,9\n";
    assert_eq!(rows(text.as_bytes()), [row(2, "a", "7"), row(7, "b\nc", "8"), row(10, "d", "9")]);
    assert_eq!(findings(text.as_bytes()), [("roster-blank-rows", None)]);
}

#[test]
fn what_is_not_utf8_is_refused_until_somebody_says_what_it_is() {
    let latin = b"login,new\na,1\nzo\xeb,2\n";
    let (code, message, hint) = refusal(latin);
    assert_eq!((code, message.as_str()), ("roster-encoding", "users.csv:3: the file is not UTF-8"));
    assert!(hint.contains("--encoding windows-1252"), "{hint}");
    let roster = read_as(latin, Some("windows-1252")).unwrap();
    assert_eq!(roster.old(1), "zoë");
    let doubtful = read_as("login,new\nzoë,2\n".as_bytes(), Some("windows-1252")).unwrap();
    assert_eq!(doubtful.findings[0].code, "encoding-doubtful");
    assert_eq!(failure_of(&read_as(latin, Some("klingon")).unwrap_err()).unwrap().code(), "encoding-unknown");
    assert_eq!(refusal(b"\xff\xfea").0, "roster-encoding");
    assert_eq!(refusal(b"\xff\xfe\0\0l\0\0\0").0, "roster-encoding");
}

#[test]
fn a_file_that_holds_nothing_to_do_is_refused() {
    assert_eq!(refusal(b"").0, "roster-empty");
    assert_eq!(refusal(b"\xef\xbb\xbf \r\n\r\n").0, "roster-empty");
    assert_eq!(refusal(b"login,new\n").0, "roster-no-rows");
    assert_eq!(refusal(b"login,new\n,\n,,,\n").0, "roster-no-rows");
    assert_eq!(refusal(b"login,new\na\0,1\n").0, "roster-nul");
}

#[test]
fn a_quote_that_swallows_rows_is_refused() {
    let (code, message, _) = refusal(b"login,new,note\na,1,x\nb,2,\"open\nc,3,y\n");
    assert_eq!(code, "roster-quote");
    assert_eq!(message, "users.csv:3: the quote that opens here never closes");
    let (code, message, _) = refusal(b"login,new,note\na,1,\"open\nb,2,\"closed\"\n");
    assert_eq!(code, "roster-quote");
    assert!(message.starts_with("users.csv:3: text follows the closing quote"), "{message}");
    assert_eq!(rows(b"login,new\n5\" pipe,\"say \"\"hi\"\"\"\n"), [row(2, "5\" pipe", "say \"hi\"")]);
}

#[test]
fn columns_are_found_by_exact_name_and_near_misses_are_told() {
    let (code, message, hint) = refusal(b"Username,new_value\na,1\n");
    assert_eq!(code, "roster-column");
    assert!(message.ends_with("; the file has `Username`"), "{message}");
    assert_eq!(hint, "use `--old-column Username`");
    let (_, _, hint) = refusal(b"username,New Value \na,1\n");
    assert_eq!(hint, "use `--new-column 'New Value '`");
    let (_, message, _) = refusal(b"a,b\n1,2\n");
    assert!(message.contains("`a`, `b`"), "{message}");
    assert_eq!(refusal(b"login,new,login\na,1,b\n").0, "roster-duplicate-column");
    let same = Columns { old: Some("a".to_owned()), new: Some("a".to_owned()), ..Columns::default() };
    assert_eq!(failure_of(&read(b"a,b\n1,2\n", "f", &same).unwrap_err()).unwrap().code(), "roster-column");
    assert_eq!(findings(b"username,login,new\na,b,1\n"), [("roster-column-choice", Some(1))]);
}

#[test]
fn a_ragged_row_is_marked_and_a_surplus_separator_is_not_ragged() {
    let roster = read_as(b"login,new,note\na,1\nb,2,x,y\nc,3,,,\nd,4,\n", None).unwrap();
    let ragged: Vec<_> = roster.rows().map(|row| (row.line, row.ragged)).collect();
    assert_eq!(ragged, [(2, Some(2)), (3, Some(4)), (4, None), (5, None)]);
}

#[test]
fn spaces_are_kept_as_they_are() {
    assert_eq!(rows("login,new\n a ,\u{a0}1 \n".as_bytes()), [row(2, " a ", "\u{a0}1 ")]);
}

#[test]
fn what_a_spreadsheet_does_to_numbers_is_noticed() {
    let text = "login,new\na,000123\nb,456\nc,000789\nd,012345\ne,7.39E+07\nf,123456.0\ng,73928e03\n";
    let mut found = findings(text.as_bytes());
    found.sort_by_key(|(_, line)| *line);
    assert_eq!(found, [("roster-leading-zeros", Some(3)), ("roster-exponent", Some(6)), ("roster-decimal", Some(7))]);
    // All zeros lost: one finding for the file.
    let mut all_lost = "login,new\n".to_owned();
    for i in 0..20 {
        all_lost.push_str(&format!("u{i},{}\n", if i < 3 { 1_234 } else { 100_000 + i }));
    }
    assert_eq!(findings(all_lost.as_bytes()), [("roster-leading-zeros", None)]);
    assert_eq!(findings(b"login,new\na,1\nb,22\nc,333\n"), []);
}

#[test]
fn a_file_wrong_throughout_is_not_told_row_by_row_without_end() {
    let mut text = "login,new\n".to_owned();
    for i in 0..1_500 {
        text.push_str(&format!("u{i},7.39E+07\n"));
    }
    let found = findings(text.as_bytes());
    assert_eq!(found.len(), 1_001);
    assert_eq!(found[1_000], ("roster-more-warnings", None));
}

#[test]
fn utf16_without_a_mark_is_read_and_told() {
    let wide: Vec<u8> = "username;employee_id\na;1\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(rows(&wide), [row(2, "a", "1")]);
    assert!(findings(&wide).iter().any(|(code, _)| *code == "utf16-without-mark"), "{:?}", findings(&wide));
}
