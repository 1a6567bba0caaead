//! What all routes share: problems, who is signed in, limits and headers, the built web client.

pub mod assets;
pub mod cookie;
pub mod guard;
pub mod markdown;
pub mod metrics;
pub mod page;
pub mod problem;
pub mod sign_in;
