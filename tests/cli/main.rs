//! The `ssoctl` binary as its users meet it: arguments, files, standard streams and exit
//! codes. What a rule decides is tested beside the rule; here is that the command line
//! reaches it, what people read, and what scripts may rely on.
#![allow(clippy::unwrap_used, reason = "a test may panic")]
#![allow(clippy::disallowed_methods, reason = "a test stands outside and sets up files and clocks by itself")]

mod again;
mod aggregate;
mod by_hand;
mod cert;
mod cert_files;
mod check;
mod codes;
mod completions;
mod connection;
mod contract;
mod decode;
mod diff;
mod domain;
mod fetching;
mod gate;
mod handover;
mod harness;
mod init;
mod key_sets;
mod kinds;
mod life;
mod login;
mod made;
mod mapping;
mod metadata;
mod moving;
mod online;
mod own_vendor;
mod peer;
mod people;
mod planning;
mod policy;
mod provider;
mod provision;
mod refresh;
mod refusals;
mod rollover;
mod sandbox;
mod sandbox_login;
mod schema;
mod scim;
mod secrets;
mod signing;
mod since;
mod standing;
mod trial;
mod trust;
mod users;
mod verdicts;
#[cfg(unix)]
mod wizard;
mod worksheet;

#[test]
fn no_file_of_this_folder_is_forgotten() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli");
    let main = std::fs::read_to_string(folder.join("main.rs")).unwrap();
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let Some(module) = name.strip_suffix(".rs").filter(|module| *module != "main") else { continue };
        assert!(main.lines().any(|line| line == format!("mod {module};")), "tests/cli/{name} is not listed in main.rs");
    }
}
