use std::path::Path;

use super::*;
use crate::error::failure_of;

const HERE: &str = ".";

fn code_of(text: &str) -> (&'static str, String) {
    let error = resolve(&text.parse().unwrap(), Path::new(HERE)).unwrap_err();
    let failure = failure_of(&error).unwrap();
    (failure.code(), format!("{failure:?}"))
}

#[test]
fn an_unset_variable_is_an_error_with_the_command_that_sets_it() {
    let (code, shown) = code_of("env:SSOCTL_TEST_NOBODY_SETS_THIS");
    assert_eq!(code, "secret-unset");
    assert!(shown.contains("read -rs SSOCTL_TEST_NOBODY_SETS_THIS && export"), "{shown}");
}

#[test]
fn a_variable_that_is_set_is_the_secret() {
    let secret = resolve(&"env:CARGO_PKG_NAME".parse().unwrap(), Path::new(HERE)).unwrap();
    assert_eq!(secret.expose(), "ssoctl");
}

#[cfg(unix)]
fn private_file(folder: &Path, content: &[u8]) -> std::path::PathBuf {
    let path = folder.join("token");
    crate::disk::write(&path, content, crate::disk::Access::Private).unwrap();
    path
}

#[cfg(unix)]
#[test]
fn a_private_file_is_read_without_its_line_end_from_the_workspace() {
    let folder = tempfile::tempdir().unwrap();
    private_file(folder.path(), b"t0ken \r\n\n");
    let secret = resolve(&"file:token".parse().unwrap(), folder.path()).unwrap();
    assert_eq!(secret.expose(), "t0ken ");
}

#[cfg(unix)]
#[test]
fn a_file_that_others_can_read_is_refused_with_the_chmod() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = private_file(folder.path(), b"hunter2\n");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    let (code, shown) = code_of(&format!("file:{}", path.display()));
    assert_eq!(code, "secret-file-open");
    assert!(shown.contains("chmod 600") && !shown.contains("hunter2"), "{shown}");
}

#[cfg(unix)]
#[test]
fn what_is_no_single_line_of_text_is_refused_and_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    for (content, expected) in [
        (&b"hunter2\nX-Evil: 1\n"[..], "secret-unusable"),
        (b"hunter2\0", "secret-unusable"),
        (b"hunter2\xff", "secret-unusable"),
        (b"\r\n", "secret-unset"),
        (&[b'h'; LIMIT + 1], "secret-unusable"),
    ] {
        let path = private_file(folder.path(), content);
        let (code, shown) = code_of(&format!("file:{}", path.display()));
        assert_eq!(code, expected);
        assert!(!shown.contains("hunter2") && !shown.contains("hhhh"), "{shown}");
    }
    assert_eq!(code_of(&format!("file:{}", folder.path().display())).0, "secret-unreadable");
    assert_eq!(code_of("file:/nonexistent/token").0, "secret-unreadable");
}

#[cfg(unix)]
#[test]
fn the_output_of_a_command_is_the_secret() {
    let secret = resolve(&"command:printf '%s\\n' 'a  b'".parse().unwrap(), Path::new(HERE)).unwrap();
    assert_eq!(secret.expose(), "a  b");
}

#[cfg(unix)]
#[test]
fn a_failing_command_shows_its_status_and_nothing_it_said() {
    let (code, shown) = code_of("command:sh -c 'X=hunt; echo ${X}er2; echo ${X}er2 >&2; exit 3'");
    assert_eq!(code, "secret-command-failed");
    assert!(shown.contains("exit status: 3") && !shown.contains("hunter2"), "{shown}");
    assert_eq!(code_of("command:true").0, "secret-unset");
    assert_eq!(code_of("command:/nonexistent/program").0, "secret-command-failed");
    assert_eq!(code_of("command:pass show $X").0, "secret-command-line");
    assert_eq!(code_of("command:  ").0, "secret-command-line");
}

#[cfg(unix)]
#[test]
fn a_command_that_hangs_or_never_stops_printing_is_stopped() {
    let begun = Instant::now();
    for line in ["sleep 30", "sh -c 'exec 1>&-; exec sleep 30'", "sh -c 'sleep 30 & exit 0'"] {
        let error = from_command(line, "`x`", Duration::from_millis(300)).unwrap_err();
        assert_eq!(failure_of(&error).unwrap().code(), "secret-command-failed", "{line}");
    }
    let error = from_command("yes", "`x`", Duration::from_secs(20)).unwrap_err();
    assert_eq!(failure_of(&error).unwrap().code(), "secret-unusable");
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_secret_cannot_be_seen_by_debug_and_is_blotted_out_of_text() {
    let secret = Secret::new(Zeroizing::new("hunter2".to_owned()), "`x`").unwrap();
    assert_eq!(format!("{secret:?}"), "Secret(..)");
    assert_eq!(secret.redact("token hunter2 is bad"), "token [secret] is bad");
}
