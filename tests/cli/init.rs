//! `ssoctl init`.

use crate::harness::Desk;

#[test]
fn makes_a_workspace_and_says_what_comes_next() {
    let desk = Desk::bare();
    let output = desk.ssoctl(&["init"]).exits(0);
    assert_eq!(output.stdout, "");
    insta::assert_snapshot!(output.stderr, @r"
        made the workspace `.`
        hint: `ssoctl connection add NAME --provider qualtrics --metadata FILE`
        ");
    insta::assert_snapshot!(desk.read("ssoctl.yaml"), @r"
        # An ssoctl workspace: one file for each SSO connection is in connections/
        version: 1
        policy:
          warn_days: 30
          fail_days: 7
          certificate_validity: strict
        ");
    assert_eq!(
        desk.files().into_keys().collect::<Vec<_>>(),
        [".gitignore", ".ssoctl/.gitignore", "connections/.gitkeep", "ssoctl.yaml"].map(str::to_owned)
    );
    desk.ssoctl(&["connection", "list"]).exits(0).tells("there are no connections yet");
}

#[test]
fn takes_thresholds_by_flag_and_a_folder_by_name() {
    let desk = Desk::bare();
    let flags = ["--warn-days", "45", "--fail-days", "14", "--certificate-validity", "key-only"];
    desk.ssoctl(&[&["init", "team/sso"], &flags[..]].concat()).exits(0).tells("cd team/sso");
    let config = desk.read("team/sso/ssoctl.yaml");
    for line in ["warn_days: 45", "fail_days: 14", "certificate_validity: key-only"] {
        assert!(config.contains(line), "{line} is not in\n{config}");
    }
    desk.ssoctl(&["connection", "list", "-C", "team/sso"]).exits(0);
}

#[test]
fn leaves_a_workspace_that_is_there_alone() {
    let desk = Desk::new();
    let before = desk.files();
    insta::assert_snapshot!(desk.ssoctl(&["init", "--warn-days", "90"]).exits(3).stderr, @r"
        error[workspace-exists]: `.` is a workspace already
        hint: `ssoctl connection add` adds a connection to it
        ");
    assert_eq!(desk.files(), before);
}

#[test]
fn refuses_thresholds_that_never_warn_and_makes_nothing() {
    let desk = Desk::bare();
    desk.ssoctl(&["init", "--warn-days", "3", "--fail-days", "9"]).exits(2).tells("nothing would ever warn");
    desk.ssoctl(&["init", "--warn-days", "soon"]).exits(2);
    assert!(desk.files().is_empty());
}

#[test]
fn a_command_below_the_workspace_finds_it() {
    let desk = Desk::new();
    std::fs::create_dir_all(desk.root().join("deep/er")).unwrap();
    desk.ssoctl(&["connection", "list", "-C", "deep/er"]).exits(0);
    let bare = Desk::bare();
    insta::assert_snapshot!(bare.ssoctl(&["connection", "list"]).exits(3).stderr, @r"
        error[workspace-not-found]: there is no `ssoctl.yaml` in `[WORKSPACE]` or a folder above it
        hint: `ssoctl init` makes a workspace here; `--workspace DIR` names one elsewhere
        ");
}
