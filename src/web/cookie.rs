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
        Self { name: format!("{purpose}-{port}"), https: base.starts_with("https:") }
    }

    /// What the browser has of it.
    pub(crate) fn held<'r>(&self, request: &'r Request) -> Option<&'r str> {
        request.cookie(&self.name)
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
