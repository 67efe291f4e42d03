//! What the tests share.

use std::sync::OnceLock;

use declic::content::{self, Sources};
use declic::dialogue::{Content, House};

/// The content that ships, built once.
pub fn shipped() -> &'static Content {
    static CONTENT: OnceLock<Content> = OnceLock::new();
    CONTENT.get_or_init(|| {
        let house = House { contact: Some("innovation@prefecture.example".to_owned()), retention_days: 90 };
        content::load_or_explain(&Sources::default(), house).unwrap()
    })
}
