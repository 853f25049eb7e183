//! multi
