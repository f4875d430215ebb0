use super::*;
use crate::error::failure_of;

const MINIMAL: &str = "version: 1
provider: qualtrics
name: \"Prod\" # shown in the admin page
saml:
  idp:
    entity_id: https://idp.example.org
    sso:
      - binding: HTTP-Redirect
        location: https://idp.example.org/sso
        enabled: true
settings:
  brand_id: 0123 # a string, leading zero and all
";

fn loaded(text: &str) -> Result<Loaded> {
    let path = PathBuf::from("connections/x.yaml");
    let connection = parse_connection(text, &path)?;
    Ok(Loaded { name: "x".parse().unwrap(), connection, path, text: text.to_owned() })
}

fn refusal(text: &str) -> (String, String) {
    let error = loaded(text).unwrap_err();
    let failure = failure_of(&error).unwrap();
    (failure.code().to_owned(), format!("{failure:?}"))
}

#[test]
fn strings_stay_strings() {
    let text = MINIMAL.replace("0123 ", "1e3 ").replace("\"Prod\"", "no");
    let loaded = loaded(&text).unwrap();
    assert_eq!(loaded.connection.settings["brand_id"], "1e3");
    assert_eq!(loaded.connection.name, "no");
}

#[test]
fn an_unknown_key_names_its_line_and_the_likely_one() {
    let (code, message) = refusal(&MINIMAL.replace("settings:", "setings:"));
    assert_eq!(code, "yaml-unknown-key");
    assert!(message.contains("connections/x.yaml:11:1: unknown key `setings`"), "{message}");
    assert!(message.contains("11 | setings") && message.contains("did you mean `settings`?"), "{message}");
}

#[test]
fn a_duplicate_key_is_refused_at_its_second_line() {
    let (code, message) = refusal(&format!("{MINIMAL}name: other\n"));
    assert_eq!(code, "yaml-duplicate-key");
    assert!(message.contains("connections/x.yaml:13:1"), "{message}");
    let (code, message) = refusal(&format!("{MINIMAL}  brand_id: other\n"));
    assert_eq!(code, "yaml-duplicate-key");
    assert!(message.contains("connections/x.yaml:13:1"), "{message}");
}

#[test]
fn a_pasted_secret_is_refused_and_not_echoed() {
    let (code, message) = refusal(&format!("{MINIMAL}directory:\n  token: hunter2hunter2\n"));
    assert_eq!(code, "secret-in-file");
    assert!(!message.contains("hunter2"), "{message}");
    let (_, message) = refusal(&format!("{MINIMAL}directory:\n  tokn: hunter2hunter2\n  token: env:X\n"));
    assert!(!message.contains("hunter2"), "{message}");
    let (_, message) = refusal(&format!("{MINIMAL}client_secret: hunter2hunter2\n"));
    assert!(!message.contains("hunter2"), "{message}");
}

#[test]
fn a_private_key_is_refused_wherever_it_stands_and_not_echoed() {
    let body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCboYC3BAWr4Qx/";
    let key = format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n");
    let indented = key.replace("-----\n", "-----\n        ").replace(body, &format!("{body}\n       "));
    for text in [
        format!("{MINIMAL}display_name: |\n        {indented}"),
        // Wrongly indented it is not even YAML, and the line that is shown is of the key.
        format!("{MINIMAL}display_name: |\n{key}"),
        MINIMAL.replace(
            "enabled: true",
            &format!("enabled: |\n            {}", indented.replace("        ", "            ")),
        ),
        format!("# {}\n{MINIMAL}", key.replace('\n', "\n# ")),
    ] {
        let (code, message) = refusal(&text);
        assert_eq!(code, "private-key", "{message}");
        assert!(!message.contains("MIIEvQ"), "{message}");
    }
    // Without its BEGIN line.
    let (_, message) = refusal(&format!("{MINIMAL}{body}\n"));
    assert!(!message.contains("MIIEvQ"), "{message}");
}

#[test]
fn a_bare_private_key_in_a_certificates_place_is_refused() {
    let key = bare_key();
    let text = MINIMAL.replace("settings:", &format!("    certificates:\n    - pem: {key}\nsettings:"));
    let (code, message) = refusal(&text);
    assert_eq!(code, "private-key", "{message}");
    assert!(!message.contains(&key[..20]), "{message}");
}

/// PKCS#8 of an Ed25519 key (RFC 8410 10.3), in base64.
fn bare_key() -> String {
    "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC".to_owned()
}

#[test]
fn a_password_in_a_url_is_refused_and_not_echoed() {
    for line in ["  api_url: https://u:hunter2@h.example/API", "# curl https://u:hunter2@h.example"] {
        let (code, message) = refusal(&format!("{MINIMAL}directory:\n  token: env:X\n{line}\n"));
        assert_eq!(code, "url-credentials");
        assert!(message.contains("connections/x.yaml:15:") && !message.contains("hunter2"), "{message}");
    }
    loaded(&format!("{MINIMAL}directory:\n  token: command:op read 'op://a:b/c@d'\n")).unwrap();
}

#[test]
fn a_value_that_looks_like_a_token_is_not_repeated_by_an_error() {
    let token = "Zx81kQ9vTg7Lr2Wm5Yb4";
    for text in [
        MINIMAL.replace("enabled: true", &format!("enabled: {token}")),
        MINIMAL.replace("version: 1", &format!("version: {token}")),
        MINIMAL.replace("version: 1", &format!("version: |\n  {token}")),
        format!("{MINIMAL}{token}: x\n"),
        format!("{MINIMAL}  - {token}\n"),
    ] {
        let (_, message) = refusal(&text);
        assert!(!message.contains(token), "{message}");
    }
    let (code, message) = refusal(&MINIMAL.replace("enabled: true", "enabled: maybe"));
    assert_eq!(code, "yaml-type");
    assert!(
        message.contains("invalid type: string, expected a boolean") && message.contains("enabled: maybe"),
        "{message}"
    );
}

#[test]
fn a_newer_version_is_refused_by_name() {
    let (code, message) = refusal(&MINIMAL.replace("version: 1", "version: 2\nnew_thing: 1"));
    assert_eq!(code, "file-version", "{message}");
}

#[test]
fn an_alias_bomb_and_deep_nesting_are_refused() {
    let mut bomb = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
    for level in 1..12 {
        let list = vec![format!("*a{}", level - 1); 9].join(",");
        bomb += &format!("a{level}: &a{level} [{list}]\n");
    }
    assert_eq!(refusal(&bomb).0, "yaml-malformed");
    assert_eq!(refusal(&"[".repeat(5000)).0, "yaml-malformed");
}

#[test]
fn an_edit_keeps_comments_and_other_lines() {
    let loaded = loaded(MINIMAL).unwrap();
    let (text, connection) = edited(
        &loaded,
        &[
            Edit::Set(vec!["settings".into(), "brand_id".into()], "0456".to_owned()),
            Edit::Set(vec!["status".into(), "enabled".into()], "true".to_owned()),
            Edit::Set(vec!["provisioning".into(), "valid_email_domains".into()], "a.example, b.example".to_owned()),
        ],
    )
    .unwrap();
    assert_eq!(connection.settings["brand_id"], "0456");
    assert!(connection.status.enabled);
    assert_eq!(connection.provisioning.valid_email_domains, ["a.example", "b.example"]);
    for kept in ["name: \"Prod\" # shown in the admin page", "# a string, leading zero and all"] {
        assert!(text.contains(kept), "{text}");
    }
}

#[test]
fn an_edit_that_breaks_the_file_is_refused() {
    let loaded = loaded(MINIMAL).unwrap();
    let error = edited(&loaded, &[Edit::Set(vec!["status".into(), "enabeld".into()], "true".to_owned())]).unwrap_err();
    assert_eq!(failure_of(&error).unwrap().code(), "yaml-unknown-key");
    let error = edited(&loaded, &[Edit::Unset(vec!["provider".into()])]).unwrap_err();
    assert_eq!(failure_of(&error).unwrap().code(), "yaml-missing-key");
}

#[test]
fn an_edit_changes_no_other_value() {
    let name = Edit::Set(vec!["name".into()], "Test".to_owned());
    // A block of text that ends the file without a line end has none in its value.
    let block = loaded(&format!("{MINIMAL}display_name: |\n  last")).unwrap();
    let (text, connection) = edited(&block, std::slice::from_ref(&name)).unwrap();
    assert_eq!((connection.display_name.as_deref(), connection.name.as_str()), (Some("last"), "Test"));
    assert!(text.ends_with("  last"), "{text}");
    let list = loaded(&format!("{MINIMAL}dashboard_attributes:\n  - |\n    last")).unwrap();
    let error = edited(&list, &[Edit::Append(vec!["dashboard_attributes".into()], "more".into())]).unwrap_err();
    assert_eq!(failure_of(&error).unwrap().code(), "yaml-edit");
    assert!(error.to_string().ends_with("another value would change with it"), "{error}");
}

#[test]
fn what_is_printed_is_read_back_as_the_same() {
    let before = loaded(MINIMAL).unwrap().connection;
    let text = render(&before).unwrap();
    assert_eq!(loaded(&text).unwrap().connection, before);
    assert_eq!(render(&loaded(&text).unwrap().connection).unwrap(), text);
}

#[test]
fn a_workspace_is_made_once_and_found_from_below() {
    let folder = tempfile::tempdir().unwrap();
    Workspace::create(folder.path(), Config::default()).unwrap();
    let below = folder.path().join("connections");
    assert_eq!(Workspace::find(&below).unwrap().config, Config::default());
    let error = Workspace::create(folder.path(), Config::default()).unwrap_err();
    assert_eq!(failure_of(&error).unwrap().code(), "workspace-exists");
}

#[test]
fn names_that_differ_in_case_are_one_name() {
    let folder = tempfile::tempdir().unwrap();
    let workspace = Workspace::create(folder.path(), Config::default()).unwrap();
    let connection = loaded(MINIMAL).unwrap().connection;
    let text = render(&connection).unwrap();
    workspace.add(&"prod".parse().unwrap(), &text).unwrap();
    let error = workspace.add(&"PROD".parse().unwrap(), &text).unwrap_err();
    assert_eq!(failure_of(&error).unwrap().code(), "connection-exists");
    let error = workspace.load(&"prd".parse().unwrap()).unwrap_err();
    assert!(format!("{:?}", failure_of(&error).unwrap()).contains("did you mean `prod`?"));
}

#[test]
fn comments_between_and_below_the_entries_of_a_list_stay() {
    const LIST: &str = "version: 1
provider: qualtrics
name: x
saml:
  idp:
    entity_id: https://idp.example.org
    # where users go
    sso:
    # the old one
    - binding: HTTP-POST # by form
      location: https://idp.example.org/post
      enabled: false
    # the new one
    - binding: HTTP-Redirect
      location: |-
        https://idp.example.org/sso
      enabled: true # since May
    # formats follow
    name_id_formats:
    - urn:a

    # and the rest
    want_authn_requests_signed: true
";
    let at = |path: &[&str]| -> Vec<Segment> {
        let step = |one: &&str| one.parse::<usize>().map_or_else(|_| Segment::from(*one), Segment::from);
        path.iter().map(step).collect()
    };
    let loaded = loaded(LIST).unwrap();
    let soap = serde_json::json!({ "binding": "SOAP", "location": "https://idp.example.org/soap", "enabled": false });
    let (text, connection) = edited(
        &loaded,
        &[
            Edit::SetJson(
                at(&["saml", "idp", "sso", "1", "location"]),
                serde_json::json!("https://idp.example.org/new"),
            ),
            Edit::Append(at(&["saml", "idp", "sso"]), soap),
            Edit::Unset(at(&["saml", "idp", "sso", "0"])),
            Edit::SetJson(at(&["saml", "idp", "name_id_formats"]), serde_json::json!(["urn:b", "urn:c"])),
        ],
    )
    .unwrap();
    assert_eq!(connection.saml.unwrap().idp.sso.len(), 2);
    let wanted = LIST
        .replace(
            "    # the old one\n    - binding: HTTP-POST # by form\n      location: https://idp.example.org/post\n      enabled: false\n",
            "    # the old one\n",
        )
        .replace("|-\n        https://idp.example.org/sso", "https://idp.example.org/new")
        .replace(
            "# since May\n",
            "# since May\n    - binding: SOAP\n      location: https://idp.example.org/soap\n      enabled: false\n",
        )
        .replace("    - urn:a\n", "    - urn:b\n    - urn:c\n");
    assert_eq!(text, wanted);
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_workspace_is_refused_and_a_folder_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    disk::write(&secret, b"root:hunter2:1\n", Access::Private).unwrap();
    let workspace = Workspace::create(&folder.path().join("sso"), Config::default()).unwrap();
    let place = |name: &str| workspace.root().join(name);
    std::fs::create_dir(place("providers")).unwrap();
    std::fs::create_dir(place("connections/dir.yaml")).unwrap();
    disk::write(&place("connections/own.yaml"), MINIMAL.as_bytes(), Access::Shared).unwrap();
    for (name, target) in [
        ("connections/evil.yaml", secret.clone()),
        ("connections/lost.yaml", folder.path().join("nothing")),
        ("connections/same.yaml", place("connections/own.yaml")),
        ("providers/evil.yaml", secret),
    ] {
        std::os::unix::fs::symlink(target, place(name)).unwrap();
    }
    for name in ["evil", "lost", "dir"] {
        let error = workspace.load(&name.parse().unwrap()).unwrap_err();
        let told = format!("{:?}", failure_of(&error).unwrap());
        assert_eq!(failure_of(&error).unwrap().code(), "file-not-own", "{told}");
        assert!(!told.contains("hunter2") && told.contains(&format!("{name}.yaml")), "{told}");
    }
    assert!(workspace.load(&"same".parse().unwrap()).is_ok());
    let (_, _, text) = workspace.profiles().unwrap().remove(0);
    assert_eq!(text.unwrap_err().code(), "file-not-own");
}

#[cfg(unix)]
#[test]
fn a_folder_of_migrations_that_leads_out_of_the_workspace_is_refused() {
    for linked in [".ssoctl", ".ssoctl/migrations"] {
        let folder = tempfile::tempdir().unwrap();
        let workspace = Workspace::create(&folder.path().join("sso"), Config::default()).unwrap();
        let place = workspace.root().join(linked);
        assert_eq!(workspace.migrations().unwrap(), workspace.root().join(".ssoctl/migrations"));
        std::fs::remove_dir_all(&place).ok();
        for target in [folder.path().to_owned(), folder.path().join("nothing")] {
            std::os::unix::fs::symlink(&target, &place).unwrap();
            let error = workspace.migrations().unwrap_err();
            let told = format!("{:?}", failure_of(&error).unwrap());
            assert!(told.contains("[file-not-own]") && told.contains(linked), "{told}");
            std::fs::remove_file(&place).unwrap();
        }
        // Within the workspace it is the workspace's own affair.
        std::os::unix::fs::symlink(workspace.root().join("connections"), &place).unwrap();
        assert!(workspace.migrations().is_ok());
    }
}

#[test]
fn what_would_be_overlooked_by_its_name_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let workspace = Workspace::create(folder.path(), Config::default()).unwrap();
    let place = |name: &str| workspace.root().join(name);
    std::fs::create_dir(place("providers")).unwrap();
    for name in ["a.yml", "b.YAML", "c.Yml", "d.yaml.", "e.yaml ", "f.yaml", "g.json"] {
        disk::write(&place("connections").join(name), MINIMAL.as_bytes(), Access::Shared).unwrap();
        disk::write(&place("providers").join(name), b"version: 1\n", Access::Shared).unwrap();
    }
    let (names, overlooked) = workspace.listing().unwrap();
    assert_eq!(names.iter().map(ConnectionName::as_str).collect::<Vec<_>>(), ["f"]);
    assert!(overlooked.iter().all(|(_, failure)| failure.code() == "connection-file-ending"));
    assert_eq!(overlooked.len(), 5, "{overlooked:?}");
    let profiles = workspace.profiles().unwrap();
    let refused: Vec<_> = profiles.iter().filter_map(|(_, _, text)| text.as_ref().err()).map(Failure::code).collect();
    assert_eq!((profiles.len(), refused), (6, vec!["provider-file-ending"; 5]));
}

#[cfg(unix)]
#[test]
fn no_link_says_what_the_workspace_is_and_no_pipe_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let outside = folder.path().join("outside");
    std::fs::create_dir(&outside).unwrap();
    disk::write(&outside.join("x.yaml"), b"root:hunter2:1\n", Access::Private).unwrap();
    let root = folder.path().join("sso");
    let workspace = Workspace::create(&root, Config::default()).unwrap();
    let refused = |result: Result<()>| failure_of(&result.unwrap_err()).unwrap().code();
    let pipe = root.join("connections/pipe.yaml");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    assert_eq!(refused(workspace.load(&"pipe".parse().unwrap()).map(drop)), "file-not-regular");
    for name in ["connections", "providers"] {
        std::fs::rename(root.join(name), folder.path().join(name)).ok();
        std::os::unix::fs::symlink(&outside, root.join(name)).unwrap();
        let result = if name == "connections" { workspace.listing().map(drop) } else { workspace.profiles().map(drop) };
        assert_eq!(refused(result), "file-not-own", "{name}");
        assert_eq!(refused(workspace.lock().map(drop)), "file-not-own", "{name}");
    }
    std::fs::remove_file(root.join("ssoctl.yaml")).unwrap();
    std::os::unix::fs::symlink(outside.join("x.yaml"), root.join("ssoctl.yaml")).unwrap();
    let error = Workspace::find(&root).unwrap_err();
    assert_eq!(failure_of(&error).unwrap().code(), "file-not-own");
    assert!(!format!("{error:?}").contains("hunter2"));
}
