//! Beginning and ending: where it listens, what it refuses to hold, how it stops.

use super::FIRST;
use super::Sandbox;
use crate::error::failure_of;
use crate::model::time::Time;
use crate::sandbox::GRACE;
use crate::sandbox::Options;
use crate::sandbox::seed::SeedUser;
use crate::sandbox::seed::generate;
use crate::sandbox::serve;
use std::io::Write as _;
use std::net::TcpStream;
use std::time::Duration;
use std::time::Instant;

#[test]
fn listens_on_this_machine_only() {
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0", "127.0.0.2:0", "[::ffff:127.0.0.1]:0"] {
        let mut options = Options::new(Time::parse("2026-11-22").unwrap());
        options.listen = address.parse().unwrap();
        let error = serve(options, |address, _| panic!("listened on {address}")).unwrap_err();
        assert_eq!(failure_of(&error).unwrap().code(), "sandbox-not-loopback", "{address}");
    }
    let sandbox = Sandbox::start(|_| {});
    assert!(sandbox.address.ip().is_loopback() && sandbox.address.port() != 0);
}

#[test]
fn a_port_in_use_is_named() {
    let sandbox = Sandbox::start(|_| {});
    let mut options = Options::new(Time::parse("2026-11-22").unwrap());
    options.listen = sandbox.address;
    let error = serve(options, |_, _| panic!("listened twice")).unwrap_err();
    assert_eq!(failure_of(&error).unwrap().code(), "sandbox-listen");
    assert!(error.to_string().contains(&sandbox.address.to_string()), "{error}");
}

#[test]
fn refuses_a_seed_that_no_vendor_could_hold() {
    let user = |id: Option<&str>, name: &str| SeedUser {
        id: id.map(str::to_owned),
        username: name.to_owned(),
        ..SeedUser::default()
    };
    for (seed, operator, code) in [
        (vec![user(None, "a"), user(None, "A")], user(None, "o"), "sandbox-user-name"),
        (vec![user(None, "")], user(None, "o"), "sandbox-user-name"),
        (vec![user(Some("UR_1"), "a"), user(Some("UR_1"), "b")], user(None, "o"), "sandbox-user-id"),
        (vec![user(Some("../x"), "a")], user(None, "o"), "sandbox-user-id"),
        (vec![user(Some("UR_1"), "a")], user(Some("UR_2"), "a"), "sandbox-operator"),
        (vec![user(Some("UR_1"), "a")], user(Some("UR_1"), "o"), "sandbox-user-id"),
    ] {
        let mut options = Options::new(Time::parse("2026-11-22").unwrap());
        (options.seed, options.operator) = (seed, operator);
        let error = serve(options, |_, _| panic!("it listened")).unwrap_err();
        assert_eq!(failure_of(&error).unwrap().code(), code);
    }
    let mut options = Options::new(Time::parse("2026-11-22").unwrap());
    options.provider = "nobody".to_owned();
    let error = serve(options, |_, _| panic!("it listened")).unwrap_err();
    assert_eq!(failure_of(&error).unwrap().code(), "sandbox-provider");
    let mut options = Options::new(Time::parse("2026-11-22").unwrap());
    options.page_size = 0;
    let error = serve(options, |_, _| panic!("it listened")).unwrap_err();
    assert_eq!(failure_of(&error).unwrap().code(), "sandbox-page-size");
}

#[test]
fn stops_while_a_connection_is_idle_and_a_call_is_stalled() {
    let sandbox = Sandbox::start(|options| {
        options.seed = generate(1).collect();
        options.faults.rules = vec!["commit-then-stall=every:1@whoami".parse().unwrap()];
        options.faults.stall = Duration::from_secs(600);
    });
    let idle = TcpStream::connect(sandbox.address).unwrap();
    let mut stalled = TcpStream::connect(sandbox.address).unwrap();
    stalled.write_all(b"GET /API/v3/whoami HTTP/1.1\r\nHost: x\r\nX-API-TOKEN: rehearsal\r\n\r\n").unwrap();
    std::thread::sleep(Duration::from_millis(50));
    let (address, began) = (sandbox.address, Instant::now());
    sandbox.end().unwrap();
    assert!(began.elapsed() < GRACE + Duration::from_secs(5), "{:?}", began.elapsed());
    assert!(TcpStream::connect(address).is_err(), "it still listens");
    drop((idle, stalled));
}

#[test]
fn a_call_under_way_is_answered_before_it_stops() {
    let sandbox = Sandbox::with_users(1, &["commit-then-stall=every:1"]);
    let id = sandbox.id_of(FIRST);
    std::thread::scope(|scope| {
        let call = scope.spawn(|| sandbox.rename(&id, "1@example.org").status);
        while sandbox.log().is_empty() {
            std::thread::sleep(Duration::from_millis(5));
        }
        sandbox.stop.stop();
        assert_eq!(call.join().unwrap(), 200);
    });
}

#[test]
fn a_change_that_cannot_be_logged_is_not_made_and_ends_the_sandbox() {
    struct Full(u32);
    impl std::io::Write for Full {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            match self.0.checked_sub(1) {
                None => Err(std::io::ErrorKind::StorageFull.into()),
                Some(left) => {
                    self.0 = left;
                    Ok(bytes.len())
                }
            }
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let sandbox = Sandbox::start(|options| {
        options.seed = generate(2).collect();
        options.log = Some(Box::new(Full(1)));
    });
    let id = sandbox.id_of(FIRST);
    assert_eq!(sandbox.rename(&id, "1@example.org").status, 200);
    assert_eq!(sandbox.rename(&id, "2@example.org").status, 500);
    let error = sandbox.end().unwrap_err();
    assert_eq!(failure_of(&error).unwrap().code(), "sandbox-log");
}
