//! Compiles the spec into typed requests and replies.

fn main() -> Result<(), nlkit_codegen::Report> {
    nlkit_codegen::compile("specs/lamp.yaml")
}
