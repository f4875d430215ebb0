//! Splits a `command:` line into words as a POSIX shell would (XCU 2.2), without
//! running one: blanks separate, `'..'` is literal, `".."` lets `\` escape `"` `\`
//! `$` and `` ` ``, `\` outside quotes escapes any character. What only a shell
//! could do (variables, pipes, redirection, globs, `~`) is refused, not passed on
//! as text.

/// The words, or why there are none.
pub(super) fn split(line: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut rest = line.chars();
    while let Some(c) = rest.next() {
        match c {
            '\0' => return Err("a NUL character is inside".to_owned()),
            ' ' | '\t' | '\n' | '\r' => words.extend(word.take()),
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match rest.next() {
                        None => return Err("a `'` is not closed".to_owned()),
                        Some('\'') => break,
                        Some('\0') => return Err("a NUL character is inside".to_owned()),
                        Some(c) => word.push(c),
                    }
                }
            }
            '"' => double_quoted(&mut rest, word.get_or_insert_default())?,
            '\\' => match rest.next() {
                None => return Err("it ends in a `\\` that escapes nothing".to_owned()),
                Some('\0') => return Err("a NUL character is inside".to_owned()),
                Some(c) => word.get_or_insert_default().push(c),
            },
            '|' | '&' | ';' | '<' | '>' | '(' | ')' | '$' | '`' | '*' | '?' | '[' => return Err(needs_shell(c)),
            '~' | '#' if word.is_none() => return Err(needs_shell(c)),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Ok(words)
}

fn double_quoted(rest: &mut std::str::Chars<'_>, word: &mut String) -> Result<(), String> {
    loop {
        match rest.next() {
            None => return Err("a `\"` is not closed".to_owned()),
            Some('"') => return Ok(()),
            Some('\0') => return Err("a NUL character is inside".to_owned()),
            Some(c @ ('$' | '`')) => return Err(needs_shell(c)),
            Some('\\') => match rest.next() {
                None => return Err("a `\"` is not closed".to_owned()),
                Some('\0') => return Err("a NUL character is inside".to_owned()),
                Some(c @ ('"' | '\\' | '$' | '`')) => word.push(c),
                Some(c) => {
                    word.push('\\');
                    word.push(c);
                }
            },
            Some(c) => word.push(c),
        }
    }
}

fn needs_shell(c: char) -> String {
    format!("`{c}` means something to a shell only; quote it with `'` if it is meant as it stands")
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn splits_words_and_quotes() {
        for (line, words) in [
            ("pass show  a/b", vec!["pass", "show", "a/b"]),
            ("op read 'op://My Vault/x y'", vec!["op", "read", "op://My Vault/x y"]),
            (r#"a "b \"c\" \d" e\ f"#, vec!["a", r#"b "c" \d"#, "e f"]),
            ("a '' \"\"", vec!["a", "", ""]),
            ("sh -c 'echo $X | tr a b'", vec!["sh", "-c", "echo $X | tr a b"]),
            ("a'b'\"c\"d", vec!["abcd"]),
            ("a~b a#b", vec!["a~b", "a#b"]),
            ("  ", vec![]),
        ] {
            assert_eq!(split(line).unwrap(), words, "{line}");
        }
    }

    #[test]
    fn refuses_what_only_a_shell_could_do() {
        for line in
            ["a | b", "a $HOME", "a \"$HOME\"", "a `b`", "a > f", "a; b", "~/bin/x", "a *.txt", "a 'b", "a \"b", "a\\"]
        {
            assert!(split(line).is_err(), "{line}");
        }
    }
}
