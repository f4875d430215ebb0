//! Requests of a connection, one after the other, each of whose heads must come in time.

use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1::Builder;
use hyper_util::rt::TokioIo;
use hyper_util::rt::TokioTimer;
use hyper_util::service::TowerToHyperService;
use tokio::sync::watch;

use crate::web::wire::Stream;
use crate::web::wire::Wire;

/// How long the head of a request may take, and a connection say nothing. It is much for a browser, and
/// whoever holds connections open without a word does not keep others out for longer.
pub(super) const HEAD_TIME: Duration = Duration::from_secs(10);

/// Answers until `stop` says so; then the answers that are under way are finished.
pub(super) async fn serve(mut wire: Wire, app: Router, head_time: Duration, mut stop: watch::Receiver<bool>) {
    loop {
        let stream = tokio::select! {
            stream = wire.accept() => stream,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        tokio::spawn(connection(stream, app.clone(), head_time, stop.clone()));
    }
    wire.ended().await;
}

async fn connection(stream: Stream, app: Router, head_time: Duration, mut stop: watch::Receiver<bool>) {
    let served = Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head_time)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(app));
    let mut served = std::pin::pin!(served);
    tokio::select! {
        // A browser that goes away is nobody's error.
        _ended = served.as_mut() => return,
        _ = stop.wait_for(|stop| *stop) => served.as_mut().graceful_shutdown(),
    }
    drop(served.await);
}
