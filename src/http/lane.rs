//! Lanes: each is an HTTP client with a loop of its own, used by one request at a time. The thread
//! that waits for an answer runs that loop itself, since handing every request to another thread and
//! back costs more than the request does.
//!
//! A request that writes may take a connection that has just been used. What speaks against that is a
//! connection that the other side has given up meanwhile: a write that is lost on it has no known
//! outcome. So a connection is used again only within [`KEPT`], which is shorter than servers wait
//! (gunicorn 2 s, Apache and Node.js 5 s, nginx 75 s by their defaults), and whether it was closed is
//! looked at before. A request of which anything was written is never sent again, whatever it asks for.

use std::io;
use std::io::Read;
use std::net::Ipv4Addr;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::OnceLock;
use std::sync::PoisonError;
use std::time::Duration;

use native_tls::TlsConnector;
use reqwest::StatusCode;
use reqwest::header::AsHeaderName;
use reqwest::header::HeaderMap;
use tokio::runtime::Runtime;
use tokio::task::yield_now;
use url::Url;

use crate::http::Broken;
use crate::http::Trouble;
use crate::http::address::is_loopback;
use crate::http::guard::Route;
use crate::http::roots::Roots;

/// The longest share of a request's time that connecting may take: name, TCP, proxy and TLS.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a connection may have been idle that is used again.
const KEPT: Duration = Duration::from_secs(1);

const USER_AGENT: &str = concat!("ssoctl/", env!("CARGO_PKG_VERSION"));

/// Lanes that no request uses now, by where they lead; more are made as they are needed.
#[derive(Default)]
pub(super) struct Lanes {
    far: Mutex<Vec<Lane>>,
    near: Mutex<Vec<Lane>>,
}

/// A client, and the loop that drives its connections.
struct Lane {
    client: reqwest::Client,
    /// There until the end.
    runtime: Option<Runtime>,
}

impl Drop for Lane {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // A name service that does not answer is not waited for.
            runtime.shutdown_background();
        }
    }
}

/// A lane in use. It goes back to the others, or ends, where it came from nowhere.
pub(super) struct Taken<'l> {
    /// There until the end.
    lane: Option<Lane>,
    home: Option<&'l Mutex<Vec<Lane>>>,
    https: bool,
}

/// What comes before the body of an answer.
pub(super) struct Front {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    /// Bytes of the body, where they are known before and no coding changes them.
    pub(super) length: Option<u64>,
}

/// An answer whose body is read as it comes.
pub(super) struct Response<'l> {
    pub(super) front: Front,
    /// Gone when all of it was read.
    body: Option<reqwest::Response>,
    /// What has come of the body and was not asked for yet.
    come: io::Cursor<Vec<u8>>,
    taken: Taken<'l>,
}

impl Lanes {
    /// A lane to this URL, by the way that was judged. What is pinned or trusts more than others has
    /// a lane of its own, which ends with the request.
    pub(super) fn take(&self, url: &Url, route: &Route, roots: &Roots) -> Result<Taken<'_>, Trouble> {
        let (local, https) = (is_loopback(url), url.scheme() == "https");
        let of = |error: reqwest::Error| Trouble::of(&error, https);
        if *route == Route::Ordinary && roots.is_empty() {
            let home = if local { &self.near } else { &self.far };
            let free = lock(home).pop();
            let lane = match free {
                Some(lane) => lane,
                None => Lane::new(build(local).tls_backend_preconfigured(tls()?).build().map_err(of)?)?,
            };
            return Ok(Taken { lane: Some(lane), home: Some(home), https });
        }
        let mut builder = build(local).tls_certs_merge(roots.certificates());
        if let Route::Pinned(addresses) = route {
            builder = builder.no_proxy().dns_resolver(Arc::new(Nowhere));
            if let Some(host) = url.host_str() {
                builder = builder.resolve_to_addrs(host, addresses);
            }
        }
        Ok(Taken { lane: Some(Lane::new(builder.build().map_err(of)?)?), home: None, https })
    }
}

/// TLS as reqwest sets it up where nothing else is said. The system's roots take long to read, so they
/// are read once.
fn tls() -> Result<TlsConnector, Trouble> {
    static MADE: OnceLock<TlsConnector> = OnceLock::new();
    if let Some(made) = MADE.get() {
        return Ok(made.clone());
    }
    let made = TlsConnector::builder().request_alpns(&["http/1.1"]).build();
    let made = made.map_err(|error| Trouble::of_setup(&error))?;
    Ok(MADE.get_or_init(|| made).clone())
}

fn lock(lanes: &Mutex<Vec<Lane>>) -> MutexGuard<'_, Vec<Lane>> {
    // Each change is one statement: a panic elsewhere leaves nothing half-made.
    lanes.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Lane {
    fn new(client: reqwest::Client) -> Result<Self, Trouble> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build();
        let runtime = runtime.map_err(|error| Trouble::of_setup(&error))?;
        Ok(Self { client, runtime: Some(runtime) })
    }
}

/// Finds no address of any name: what is pinned is not looked up a second time.
struct Nowhere;

impl reqwest::dns::Resolve for Nowhere {
    fn resolve(&self, _: reqwest::dns::Name) -> reqwest::dns::Resolving {
        Box::pin(std::future::ready(Err("the name was not judged".into())))
    }
}

fn build(local: bool) -> reqwest::ClientBuilder {
    let builder = reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        // Each request brings a time-out of its own for all of it.
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_idle_timeout(KEPT)
        // Read in reqwest 0.13.5, hyper-util 0.1.21 and hyper 1.12.0: reqwest's default policy sends
        // again after some protocol errors of HTTP/2 and 3, and `never` stops that. Below it,
        // hyper-util looks for another connection where the one it had was found closed before the
        // request was begun (hyper gives the request back only while no byte of it is in its buffer);
        // that is the one and only time that the request is written. Tests hold it:
        // `a_write_that_was_begun_is_not_made_again`, and `a_put_is_sent_once_*` in users_api.
        .retry(reqwest::retry::never());
    if local {
        // A proxy must not see what is meant for this machine, nor a name server decide where it is.
        return builder.no_proxy().resolve("localhost", SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    }
    builder
}

impl<'l> Taken<'l> {
    /// The client, and the loop that drives it.
    fn parts(&self) -> io::Result<(&reqwest::Client, &Runtime)> {
        let lane = self.lane.as_ref().and_then(|lane| Some((&lane.client, lane.runtime.as_ref()?)));
        lane.ok_or_else(|| io::Error::other("the lane has ended"))
    }

    /// Sends the request that `make` makes, and waits for the head of the answer.
    pub(super) fn send(
        self,
        make: impl FnOnce(&reqwest::Client) -> reqwest::RequestBuilder,
    ) -> Result<Response<'l>, Trouble> {
        let (front, body) = self.exchange(make, |answer, _| std::future::ready(answer))?;
        Ok(Response { front, body: Some(body), come: io::Cursor::default(), taken: self })
    }

    /// The same, and reads the body to its end, also when it is compressed, at most `limit` bytes.
    pub(super) fn whole(
        self,
        make: impl FnOnce(&reqwest::Client) -> reqwest::RequestBuilder,
        limit: u64,
    ) -> Result<(Front, Result<Vec<u8>, Broken>), Trouble> {
        self.exchange(make, move |answer, length| read_body(answer, length, limit))
    }

    fn exchange<F: Future<Output: Send + 'static> + Send + 'static>(
        &self,
        make: impl FnOnce(&reqwest::Client) -> reqwest::RequestBuilder,
        then: impl FnOnce(reqwest::Response, Option<u64>) -> F + Send + 'static,
    ) -> Result<(Front, F::Output), Trouble> {
        let of = |error: &reqwest::Error| Trouble::of(error, self.https);
        let (client, runtime) = self.parts().map_err(|error| Trouble::of_setup(&error))?;
        let (client, request) = make(client).build_split();
        let request = request.map_err(|error| of(&error))?;
        let work = async move {
            // While nobody waited, nobody looked after the connections. In this turn the loop hears what
            // has become of them, and one that the other side has closed is given up before it is chosen.
            yield_now().await;
            let mut answer = client.execute(request).await?;
            let headers = std::mem::take(answer.headers_mut());
            let front = Front { status: answer.status(), headers, length: answer.content_length() };
            let rest = then(answer, front.length).await;
            Ok((front, rest))
        };
        // A task of the loop beside those of its connections, so that they take turns without asking
        // the system each time; begun within the loop, which need not be woken for it.
        match runtime.block_on(async { tokio::spawn(work).await }) {
            Ok(outcome) => outcome.map_err(|error| of(&error)),
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(error) => Err(Trouble::of_setup(&error)),
            },
        }
    }
}

async fn read_body(mut answer: reqwest::Response, length: Option<u64>, limit: u64) -> Result<Vec<u8>, Broken> {
    if length.is_some_and(|length| length > limit) {
        return Err(Broken::TooLarge);
    }
    let mut bytes = Vec::new();
    // The request's time-out covers this too: reqwest runs its clock on the body as well.
    while let Some(chunk) = answer.chunk().await.map_err(|error| Broken::Read(Trouble::of_body(&error)))? {
        if bytes.len() as u64 + chunk.len() as u64 > limit {
            return Err(Broken::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        if let (Some(lane), Some(home)) = (self.lane.take(), self.home) {
            // The one that was used last is taken next, since its connection has idled least.
            lock(home).push(lane);
        }
    }
}

impl Front {
    /// A header, where it is there and is text.
    pub(super) fn text(&self, name: impl AsHeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

impl Read for Response<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.come.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            let Some(body) = &mut self.body else { return Ok(0) };
            match self.taken.parts()?.1.block_on(body.chunk()) {
                Ok(Some(chunk)) => self.come = io::Cursor::new(chunk.into()),
                Ok(None) => self.finish(),
                Err(error) => return Err(io::Error::other(error)),
            }
        }
    }
}

impl Response<'_> {
    /// Lets the connection of a body that has ended, or is not read on, become idle or be closed.
    fn finish(&mut self) {
        if let (Some(body), Ok((_, runtime))) = (self.body.take(), self.taken.parts()) {
            runtime.block_on(async {
                drop(body);
                yield_now().await;
            });
        }
    }
}

impl Drop for Response<'_> {
    fn drop(&mut self) {
        self.finish();
    }
}
