//! man
