//! `ssoctl sandbox serve`: that flags reach it. What it answers is tested in its room.

use crate::harness::Desk;
use crate::harness::TOKEN;

#[test]
fn listens_on_loopback_only() {
    let desk = Desk::bare();
    insta::assert_snapshot!(desk.ssoctl(&["sandbox", "serve", "--listen", "0.0.0.0:0"]).exits(5).stderr, @r"
        error[sandbox-not-loopback]: the sandbox does not listen on 0.0.0.0: others could reach it
        hint: listen on `127.0.0.1:0` or `[::1]:0`
        ");
    desk.ssoctl(&["sandbox", "serve", "--listen", "192.0.2.1:8080"]).exits(5);
}

#[test]
fn a_port_that_is_taken_is_told() {
    let desk = Desk::bare();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    insta::assert_snapshot!(desk.ssoctl(&["sandbox", "serve", "--listen", &address]).exits(4).stderr, @r"
        error[sandbox-listen]: the sandbox cannot listen on 127.0.0.1:[PORT]
        caused by: Address already in use (os error 98)
        hint: port 0 takes any that is free, such as `127.0.0.1:0`
        ");
}

#[test]
fn a_fault_that_it_does_not_know_is_a_wrong_usage() {
    let desk = Desk::bare();
    let run = desk.ssoctl(&["sandbox", "serve", "--fault", "throttle=often"]);
    insta::assert_snapshot!(run.exits(2).stderr, @r"
        error: invalid value 'throttle=often' for '--fault <KIND=RATE>': `throttle=often` is not a fault: the rate is a percentage such as `5%` or `0.5%`, `every:N` or `at:N` (write `KIND=RATE` or `KIND=RATE@CALLS`, such as `throttle=5%`, `commit-then-stall=every:50` or `error=at:3@get,put`, and behind it `from=N`, `to=N` or `account=ID`)

        For more information, try '--help'.
        ");
    desk.ssoctl(&["sandbox", "serve", "--fault", "explode=5%"]).exits(2).tells("the kinds are throttle");
    desk.ssoctl(&["sandbox", "serve", "--csv", "nowhere.csv"]).exits(3).tells("`nowhere.csv` does not exist");
}

#[test]
fn answers_only_who_has_the_token() {
    let desk = Desk::new();
    let sandbox = desk.sandbox(&["--users", "3"]);
    desk.connect("q", &crate::made::Idp::new().xml(), &["--token", "env:GUESS", "--api-url", sandbox.url()]);
    desk.write("roster.csv", "old_username,new_value\nuser00001@example.org,1001\n");
    let migrate = ["users", "migrate", "--csv", "roster.csv", "--connection", "q"];
    desk.command(&migrate).env("GUESS", "wrong").run().exits(4);
    desk.command(&migrate).env("GUESS", TOKEN).run().exits(0).shows("1001#testbrand");
    assert!(sandbox.changes().is_empty());
}

#[test]
fn its_log_may_be_a_bare_name_in_the_current_folder() {
    let desk = Desk::bare();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    // The log is opened before the port is found taken, which ends this run.
    desk.ssoctl(&["sandbox", "serve", "--log", "changes.ndjson", "--listen", &address]).exits(4);
    assert_eq!(desk.read("changes.ndjson"), "");
}
