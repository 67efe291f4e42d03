//! What the tests share.

use std::sync::{Arc, OnceLock};

use declic::content::{self, Sources};
use declic::dialogue::{Content, House};

/// The content that ships, built once.
pub fn shipped() -> &'static Content {
    shared()
}

/// The same, for parts that keep it.
pub fn shared() -> &'static Arc<Content> {
    static CONTENT: OnceLock<Arc<Content>> = OnceLock::new();
    CONTENT.get_or_init(|| {
        let house =
            House { contact: Some("innovation@prefecture.example".to_owned()), retention_days: 90, ..House::default() };
        Arc::new(content::load_or_explain(&Sources::default(), house).unwrap())
    })
}
