//! What reading certificates or connections costs without judging them: the loops that `benches/gate` runs ssoctl beside,
//! linked to the same OpenSSL and YAML.
//!
//! ```text
//! cargo bench --locked --features benching --bench bare -- certificates FOLDER     each file, PEM, its end within a week
//! cargo bench --locked --features benching --bench bare -- connections FOLDER      each file, as the shape of a connection
//! ```
//!
//! Prints how many, and the milliseconds that the loop took.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench tells what it finds, or breaks off")]
#![allow(clippy::disallowed_methods, reason = "nothing here comes from outside")]

use std::path::PathBuf;
use std::time::Instant;

use openssl::asn1::Asn1Time;
use openssl::x509::X509;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let [what, folder] = words.as_slice() else { panic!("certificates FOLDER, or connections FOLDER") };
    let begun = Instant::now();
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let told = match what.as_str() {
        "certificates" => {
            let within = Asn1Time::days_from_now(7).unwrap();
            let ends = |file: &PathBuf| {
                let certificate = X509::from_pem(&std::fs::read(file).unwrap()).unwrap();
                *certificate.not_after() < *within
            };
            let ending = files.iter().filter(|file| ends(file)).count();
            format!("{} certificates, {ending} of them ended or ending", files.len())
        }
        "connections" => {
            for file in &files {
                ssoctl::benching::deserialise(&std::fs::read_to_string(file).unwrap());
            }
            format!("{} connections", files.len())
        }
        _ => panic!("certificates FOLDER, or connections FOLDER"),
    };
    println!("{told}: {:.1} ms", begun.elapsed().as_secs_f64() * 1e3);
}
