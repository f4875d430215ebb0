//! A rehearsal as a text: blocks of `# what for`, `$ the command`, and `= EXIT why` where the command
//! does not end with 0. Lines end in `\` where the command goes on.

use crate::error::Failure;

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    /// What it is for; empty where it goes on with the step before.
    pub(super) title: String,
    /// The command as a user would type it, over several lines.
    pub(super) line: String,
    /// The exit code that it should have, and why it is not 0.
    pub(super) exit: (i32, String),
}

impl Step {
    /// The words after the program's name, as a shell would part them.
    pub(super) fn words(&self) -> Vec<String> {
        let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
        let joined = self.line.replace("\\\n", " ");
        for c in joined.chars() {
            match (quote, c) {
                (Some(open), c) if c == open => quote = None,
                (None, '\'' | '"') => {
                    word.get_or_insert_default();
                    quote = Some(c);
                }
                (None, c) if c.is_whitespace() => words.extend(word.take()),
                (_, c) => word.get_or_insert_default().push(c),
            }
        }
        words.extend(word);
        words.split_off(1)
    }
}

/// Reads a rehearsal; `url` is where the stand-in for the vendor listens.
pub(super) fn read(text: &str, url: &str) -> Result<Vec<Step>, Failure> {
    let text = text.replace("{url}", url);
    let odd = |block: &str| Failure::bug(format!("a step of the rehearsal is no step: {block}"));
    let mut steps = Vec::new();
    for block in text.split("\n\n").map(str::trim).filter(|block| !block.is_empty()) {
        let (title, commands) =
            block.strip_prefix("# ").and_then(|rest| rest.split_once("\n$ ")).ok_or_else(|| odd(block))?;
        for (number, command) in commands.split("\n$ ").enumerate() {
            let (line, exit) = match command.split_once("\n= ") {
                None => (command, (0, String::new())),
                Some((line, exit)) => {
                    let (code, why) = exit.split_once(' ').ok_or_else(|| odd(block))?;
                    let code = code.parse().map_err(|error| odd(block).because(error))?;
                    (line, (code, why.to_owned()))
                }
            };
            let title = if number == 0 { title.to_owned() } else { String::new() };
            steps.push(Step { title, line: line.to_owned(), exit });
        }
    }
    Ok(steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_have_a_title_a_command_and_an_exit_code() {
        let steps = read("# Why\n$ ssoctl a 'b c' --d=\"e\" \\\n    f {url}\n\n# Then\n$ ssoctl g\n= 1 because\n$ ssoctl h\n", "http://x").unwrap();
        assert_eq!(steps[0].words(), ["a", "b c", "--d=e", "f", "http://x"]);
        assert_eq!((steps[0].exit.0, steps[1].exit.clone()), (0, (1, "because".to_owned())));
        assert_eq!((steps[1].title.as_str(), steps[2].title.as_str(), steps[2].exit.0), ("Then", "", 0));
        assert!(read("$ ssoctl g", "").is_err());
    }
}
