//! Requests of a connection, one after the other, each of whose heads must come in time.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::body::Incoming;
use hyper::server::conn::http1::Builder;
use hyper::service::Service as _;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::rt::TokioTimer;
use hyper_util::service::TowerToHyperService;
use tokio::io::AsyncRead;
use tokio::io::AsyncWrite;
use tokio::sync::watch;

use crate::web::wire::Stream;
use crate::web::wire::Wire;

/// How long the head of a request may take, and a connection say nothing, where nobody else waits for its place. It is
/// much for a browser.
pub(super) const HEAD_TIME: Duration = Duration::from_secs(10);

/// The largest head of a request, in bytes: a browser brings the cookies of every server on this machine, at most
/// 180 of 4 KiB each.
const MOST_HEAD: usize = 1 << 20;

/// Answers until `stop` says so; then the answers that are under way are finished.
pub(super) async fn serve(mut wire: Wire, app: Router, head_time: Duration, mut stop: watch::Receiver<bool>) {
    loop {
        let stream = tokio::select! {
            stream = wire.accept() => stream,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        tokio::spawn(seated(stream, app.clone(), head_time, stop.clone()));
    }
    wire.ended().await;
}

/// A connection that may lose its place; whoever answers says when a request of it is whole.
async fn seated(stream: Stream, app: Router, head_time: Duration, stop: watch::Receiver<bool>) {
    let seat = stream.seat();
    connection(stream, app, (head_time, Arc::clone(&seat)), seat.lost(), stop).await;
}

/// Answers the requests of a connection, each with what it was given for it, until it ends, loses its place or `stop`
/// says so; then the answer that is under way is finished.
pub(crate) async fn connection<S, M>(
    stream: S,
    app: Router,
    (head_time, mark): (Duration, M),
    lost: impl Future<Output = ()>,
    mut stop: watch::Receiver<bool>,
) where
    S: AsyncRead + AsyncWrite + Unpin,
    M: Clone + Send + Sync + 'static,
{
    let app = TowerToHyperService::new(app);
    let answer = service_fn(|mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(mark.clone());
        app.call(request)
    });
    let served = Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head_time)
        .max_buf_size(MOST_HEAD)
        .serve_connection(TokioIo::new(stream), answer);
    let (mut served, mut lost) = (std::pin::pin!(served), std::pin::pin!(lost));
    tokio::select! {
        // Whoever goes away is nobody's error.
        _ended = served.as_mut() => return,
        () = lost.as_mut() => return,
        _ = stop.wait_for(|stop| *stop) => served.as_mut().graceful_shutdown(),
    }
    tokio::select! {
        _ended = served => {}
        () = lost => {}
    }
}
