//! The shipped content is compiled in: a changed sheet or script makes a new binary.

fn main() {
    println!("cargo:rerun-if-changed=knowledge");
    println!("cargo:rerun-if-changed=conversations");
}
