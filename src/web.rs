//! The way in: a web server on this machine, for the pages of a test login and of the stand-in's.
//!
//! It listens on loopback alone. What a page says and does is a [`Site`]'s; here is what holds for every
//! page: who may ask, how large and how slow a request may be, and what a browser may do with the answer.

pub(crate) mod cookie;
mod door;
pub(crate) mod page;
pub(crate) mod reply;
pub(crate) mod request;
mod seats;
pub(crate) mod serve;
mod wire;

use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::net::Ipv6Addr;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::watch;

use crate::error::Failure;
use crate::error::Kind;
use crate::web::reply::Reply;
use crate::web::request::Request;
use crate::web::wire::Wire;

pub(crate) use door::Door;

/// How long answers that are under way may take once the server is told to stop.
const GRACE: Duration = Duration::from_secs(2);

/// What stands behind the door: pages, and what they do. It is asked on threads that may block.
pub(crate) trait Site: Send + Sync + 'static {
    /// Answers one request.
    fn answer(&self, request: &Request) -> Reply;
}

/// The certificate and key of an https server, both PEM.
pub(crate) struct Tls<'t> {
    /// The certificate.
    pub(crate) certificate: &'t [u8],
    /// Its key, PKCS#8.
    pub(crate) key: &'t [u8],
}

/// A server that has its port and does not answer yet: connections wait.
pub(crate) struct Opened {
    runtime: Runtime,
    wires: Vec<Wire>,
    port: u16,
    head_time: Duration,
}

/// A server that answers, until it is dropped.
pub(crate) struct Server {
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

/// Takes a port of 127.0.0.1 and, where this machine speaks IPv6, the same of ::1, since browsers take
/// `localhost` for either and another program must not stand at one of them. Port 0 is any that is free.
pub(crate) fn open(port: u16, tls: Option<&Tls<'_>>) -> Result<Opened, Failure> {
    let start = |error| Failure::new(Kind::Remote, "web-start", "the web server could not start").because(error);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(32)
        .thread_name("web")
        .enable_all()
        .build()
        .map_err(start)?;
    let acceptor = tls.map(wire::acceptor).transpose()?;
    let listen = |ip: IpAddr, port: u16| runtime.block_on(TcpListener::bind(SocketAddr::new(ip, port)));
    let taken = |ip: IpAddr, port: u16, error: std::io::Error| {
        Failure::new(Kind::Remote, "web-listen", format!("cannot listen on {}", SocketAddr::new(ip, port)))
            .because(error)
            .hint("another program has this port: end it, or take another with `--listen 127.0.0.1:PORT`")
    };
    let (four, six) = (IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST));
    let first = listen(four, port).map_err(|error| taken(four, port, error))?;
    let port = first.local_addr().map_err(start)?.port();
    let mut listeners = vec![first];
    match listen(six, port) {
        Ok(second) => listeners.push(second),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => return Err(taken(six, port, error)),
        // Without IPv6 nobody else can stand there either.
        Err(_) => {}
    }
    let wires = listeners.into_iter().map(|listener| Wire::new(listener, acceptor.clone())).collect();
    Ok(Opened { runtime, wires, port, head_time: serve::HEAD_TIME })
}

impl Opened {
    /// The port that it has.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Answers from now on, on threads of its own.
    pub(crate) fn serve(self, site: Arc<dyn Site>, door: Door) -> Result<Server, Failure> {
        let (stop, told) = watch::channel(false);
        let Self { runtime, wires, port: _, head_time } = self;
        let run = move || {
            runtime.block_on(async {
                let app = door::router(site, Arc::new(door));
                let serve = |wire| tokio::spawn(serve::serve(wire, app.clone(), head_time, told.clone()));
                let servers: Vec<_> = wires.into_iter().map(serve).collect();
                told.clone().wait_for(|stop| *stop).await.ok();
                let all = async {
                    for server in servers {
                        drop(server.await);
                    }
                };
                drop(tokio::time::timeout(GRACE, all).await);
            });
            runtime.shutdown_background();
        };
        let thread = std::thread::Builder::new().name("web".to_owned()).spawn(run).map_err(|error| {
            Failure::new(Kind::Remote, "web-start", "the web server could not start").because(error)
        })?;
        Ok(Server { stop, thread: Some(thread) })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

#[cfg(test)]
mod tests;
