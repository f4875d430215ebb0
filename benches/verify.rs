//! Bench: how long it takes to verify an answer of an identity provider, within one process.
//!
//! ```text
//! cargo bench --locked --features benching --bench verify            3,000 distinct answers, five rounds
//! cargo bench --locked --features benching --bench verify -- COUNT
//! ```
//!
//! Three things take turns over the same number of distinct inputs: OpenSSL's bare check of an RSA-2048 signature,
//! which nothing that verifies can undercut; the verification of an answer (base64, XML, signature, each step of
//! the profile); and that with the decision of the connection's rules. Told are the best round of each in
//! microseconds of one core, and how many times the bare check that is, since machines differ and are busy.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench tells what it finds, or breaks off")]

use std::time::Duration;
use std::time::Instant;

use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::rsa::Rsa;
use openssl::sign::Signer;
use openssl::sign::Verifier;
use ssoctl::benching::Answers;

const ROUNDS: usize = 5;

fn main() {
    let count = std::env::args().find_map(|word| word.parse().ok()).unwrap_or(3000);
    let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    // As large as what is signed of an answer (SignedInfo).
    let message = |at: usize| format!("{at:0700}").into_bytes();
    let signed: Vec<(Vec<u8>, Vec<u8>)> = (0..count)
        .map(|at| {
            let signature = Signer::new(MessageDigest::sha256(), &key).unwrap().sign_oneshot_to_vec(&message(at));
            (message(at), signature.unwrap())
        })
        .collect();
    let answers = Answers::new(count);
    let bare = |at: usize| {
        let (message, signature) = &signed[at];
        let mut verifier = Verifier::new(MessageDigest::sha256(), &key).unwrap();
        assert!(verifier.verify_oneshot(signature, message).unwrap());
    };
    let mut best = [Duration::MAX; 3];
    for _ in 0..ROUNDS {
        let all: [&dyn Fn(usize); 3] = [&bare, &|at| answers.verify(at), &|at| answers.decide(at)];
        for (best, one) in best.iter_mut().zip(all) {
            let begun = Instant::now();
            (0..count).for_each(one);
            *best = (*best).min(begun.elapsed());
        }
    }
    let micros = best.map(|best| best.as_secs_f64() * 1e6 / count as f64);
    println!("{count} answers of {} bytes as a form, {ROUNDS} rounds in turn, the best of each:", answers.len(0));
    for (what, each) in ["bare RSA-2048 check of OpenSSL", "verification", "verification and rules"].iter().zip(micros)
    {
        println!("{what:<32} {each:8.1} µs each, {:5.2} times the bare check", each / micros[0]);
    }
}
