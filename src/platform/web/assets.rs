//! The stylesheet, the script and the icon, compiled in. Their address carries a hash, so browsers may keep them.

use std::sync::LazyLock;

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use axum::routing::get;
use sha2::{Digest as _, Sha256};

pub struct Asset {
    path: &'static str,
    kind: &'static str,
    text: &'static str,
}

const ASSETS: [Asset; 6] = [
    Asset {
        path: "/assets/style.css",
        kind: "text/css; charset=utf-8",
        text: include_str!("../../../assets/web/style.css"),
    },
    Asset {
        path: "/assets/chat.js",
        kind: "text/javascript; charset=utf-8",
        text: include_str!("../../../assets/web/chat.js"),
    },
    Asset {
        path: "/assets/search.js",
        kind: "text/javascript; charset=utf-8",
        text: include_str!("../../../assets/web/search.js"),
    },
    Asset {
        path: "/assets/console.css",
        kind: "text/css; charset=utf-8",
        text: include_str!("../../../assets/web/console.css"),
    },
    Asset {
        path: "/assets/live.js",
        kind: "text/javascript; charset=utf-8",
        text: include_str!("../../../assets/web/live.js"),
    },
    Asset { path: "/assets/icon.svg", kind: "image/svg+xml", text: include_str!("../../../assets/web/icon.svg") },
];

static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut hash = Sha256::new();
    ASSETS.iter().for_each(|asset| hash.update(asset.text));
    hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
});

/// Changes whenever an asset does.
pub fn version() -> &'static str {
    &VERSION
}

pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    ASSETS.into_iter().fold(Router::new(), |router, asset| {
        let headers = [(CONTENT_TYPE, asset.kind), (CACHE_CONTROL, "public, max-age=31536000, immutable")];
        router.route(asset.path, get(move || async move { (headers, asset.text).into_response() }))
    })
}
