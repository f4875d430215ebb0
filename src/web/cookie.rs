//! The cookie by which a page knows a browser again.

use crate::web::reply::Reply;
use crate::web::request::Request;

/// A cookie of one server. A browser sends the cookies of one port to all of them, so that its name has
/// the port.
pub(crate) struct Cookie {
    name: String,
    https: bool,
}

impl Cookie {
    /// Of a server at this base, `http://localhost:PORT`.
    pub(crate) fn of(purpose: &str, base: &str) -> Self {
        let port = base.rsplit(':').next().unwrap_or_default();
        let https = base.starts_with("https:");
        // What the page of another port puts in its place by http is not taken (RFC 6265bis 4.1.3.2). By http there
        // is no such name.
        let prefix = if https { "__Host-" } else { "" };
        Self { name: format!("{prefix}{purpose}-{port}"), https }
    }

    /// What the browser has of it: where it has several the one that is `known`. A page of another port can add one
    /// of the same name for a longer path (RFC 6265 5.3 and 8.5), which must lock nobody out.
    pub(crate) fn held<'r>(&self, request: &'r Request, known: &dyn Fn(&str) -> bool) -> Option<&'r str> {
        let mut all = request.cookies(&self.name);
        let first = all.next()?;
        if known(first) { Some(first) } else { all.find(|held| known(held)).or(Some(first)) }
    }

    /// Gives it to the browser. It comes back on a login's way from the identity provider too, and with no form
    /// that another page posts (`Lax`).
    pub(crate) fn given(&self, reply: Reply, value: &str) -> Reply {
        self.set(reply, value, "")
    }

    /// Takes it away.
    pub(crate) fn taken(&self, reply: Reply) -> Reply {
        self.set(reply, "", "; Max-Age=0")
    }

    fn set(&self, reply: Reply, value: &str, more: &str) -> Reply {
        let secure = if self.https { "; Secure" } else { "" };
        reply.header("set-cookie", format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{more}", self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::request::From;
    use crate::web::request::Method;

    #[test]
    fn no_page_of_another_port_can_put_one_in_its_place() {
        let set = |base: &str| {
            let reply = Cookie::of("test", base).given(Reply::document("text/plain", ""), "v");
            reply.headers.into_iter().next().unwrap().1
        };
        let request = |cookies: &[&str]| Request {
            method: Method::Get,
            path: "/result".to_owned(),
            query: String::new(),
            form: Vec::new(),
            authorization: None,
            cookies: cookies.iter().map(|value| ("test-8976".to_owned(), (*value).to_owned())).collect(),
            from: From::Unsaid,
        };
        let cookie = Cookie::of("test", "http://localhost:8976");
        let held = |cookies: &[&str]| cookie.held(&request(cookies), &|held| held == "ours").map(str::to_owned);
        assert_eq!(held(&["x", "ours", "y"]).as_deref(), Some("ours"));
        assert_eq!(
            (held(&["ours"]).as_deref(), held(&["x", "y"]).as_deref(), held(&[])),
            (Some("ours"), Some("x"), None)
        );
        assert_eq!(set("http://localhost:8976"), "test-8976=v; Path=/; HttpOnly; SameSite=Lax");
        assert_eq!(set("https://localhost:8976"), "__Host-test-8976=v; Path=/; HttpOnly; SameSite=Lax; Secure");
    }
}
