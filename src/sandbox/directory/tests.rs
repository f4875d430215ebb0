use super::*;

struct Full;

impl io::Write for Full {
    fn write(&mut self, _bytes: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::StorageFull.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn seed(id: &str, username: &str) -> SeedUser {
    SeedUser { id: Some(id.to_owned()), username: username.to_owned(), ..SeedUser::default() }
}

fn directory(log: Log) -> Directory {
    let users = [seed("UR_1", "a"), seed("UR_2", "b"), seed("UR_3", "c")];
    let rules = Rules { brand_id: "brand".to_owned(), suffix: Suffix::Keep, key: Key::Username };
    Directory::new(users, seed("UR_0", "operator"), rules, log).unwrap()
}

fn name(username: &str) -> Result<Changes, Refusal> {
    Ok(Changes { username: Some(username.to_owned()), ..Changes::default() })
}

fn put() -> Attempt<'static> {
    Attempt { at_request: 1, now: Time::parse("2026-11-22").unwrap(), method: "PUT", path: "/", fault: None }
}

#[test]
fn a_change_that_cannot_be_logged_is_not_made() {
    let mut directory = directory(Log::new(Some(Box::new(Full))));
    let meddled = Attempt { fault: Some(Fault::Meddle), ..put() };
    assert!(directory.put(&put(), "UR_1", name("x")).is_err());
    assert!(directory.put(&meddled, "UR_1", name("x")).is_err());
    assert!(directory.post(&put(), name("y")).is_err());
    assert!(directory.delete(&put(), "UR_2", Ok(())).is_err());
    let names: Vec<&str> = directory.users().iter().map(|user| user.username.as_str()).collect();
    assert_eq!(names, ["a", "b", "c", "operator"]);
}

#[test]
fn a_rename_by_case_alone_and_a_swap_through_a_third_name_are_possible() {
    let mut directory = directory(Log::new(None));
    for (id, to) in [("UR_1", "A"), ("UR_1", "t"), ("UR_2", "a"), ("UR_1", "b")] {
        assert_eq!(directory.put(&put(), id, name(to)).unwrap(), Ok(()), "{id} {to}");
    }
    assert_eq!(directory.put(&put(), "UR_3", name("B")).unwrap(), Err(Refusal::name_taken()));
    assert_eq!(directory.get("UR_1").unwrap().username, "b");
    assert_eq!(directory.get("UR_2").unwrap().username, "a");
}

#[test]
fn indexes_follow_an_account_that_goes() {
    let mut directory = directory(Log::new(None));
    assert_eq!(directory.delete(&put(), "UR_1", Ok(())).unwrap(), Ok(()));
    assert_eq!(directory.put(&put(), "UR_3", name("a")).unwrap(), Ok(()), "its name is free");
    let seen: Vec<(&str, &str)> =
        directory.users().iter().map(|user| (user.id.as_str(), user.username.as_str())).collect();
    assert_eq!(seen, [("UR_2", "b"), ("UR_3", "a"), ("UR_0", "operator")]);
    assert!(directory.get("UR_1").is_none());
    assert_eq!(directory.operator().unwrap().username, "operator");
}
